import { query } from "#platform/db/query.ts";
import { slotQuery } from "../reader.ts";

/** The batch that readers read now, and the slot its features stand in. */
export const publishedBatch = query({
  name: "scoring.publishedBatch",
  text: `select p.slot, b.id, b.as_of, b.churn_version, b.recommendations_version
           from ops.pointer p join predictions.batch b on b.id = p.prediction_batch_id where b.audited`,
  params: [],
  row: { slot: "text", id: "uuid", as_of: "timestamptz", churn_version: "int8?", recommendations_version: "int8?" },
  budget: { access: "scan", maxRows: 1 },
});

/**
 * Whether all that changed between the build in slot $2 and the one in slot $1 is in the set of changes of the latter: that set goes back
 * to the build $3, which the slot held whole before. Not so after a rollback, where readers see what is older still. By one code, or rows
 * differ that no order changed.
 */
export const listsChanges = query({
  name: "scoring.listsChanges",
  text: `select h.cut_pos <= b.complete_pos and b.complete_pos <= n.complete_pos and n.code_hash = b.code_hash as lists
           from ops.slot_state n, ops.slot_state b, ops.build h where n.slot = $1 and b.slot = $2 and h.build_id = $3 and h.slot = n.slot`,
  params: ["text", "text", "uuid"],
  row: { lists: "bool?" },
  budget: { access: "scan", maxRows: 1 },
});

export const insertBatch = query({
  name: "scoring.insertBatch",
  text: `insert into predictions.batch (id, as_of, churn_version, recommendations_version, kind) values ($1, $2, $3, $4, $5)`,
  params: ["uuid", "timestamptz", "int8?", "int8?", "text"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

export const markAudited = query({
  name: "scoring.markAudited",
  text: "update predictions.batch set audited = true, verdict = $2::text::jsonb where id = $1",
  params: ["uuid", "text"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

/** Products that may be suggested. */
export const sellableProducts = slotQuery({
  name: "scoring.sellableProducts",
  text: "select product_id from {marts}.dim_products where status = 'ACTIVE' order by product_id",
  params: [],
  row: { product_id: "uuid" },
  budget: { access: "scan", maxRows: 5_000_000 },
});

/** What sold most in the last 30 days, then ever; a shop that sold nothing shows its products in the order of their ids. */
export const insertPopular = slotQuery({
  name: "scoring.insertPopular",
  text: `with sold as (
           select product_id, count(*) filter (where purchased_at >= $2::timestamptz - interval '30 days') as recently, count(*) as ever
             from {features}.user_item_interactions group by product_id
         ), best as (
           select p.product_id, coalesce(s.recently, 0)::float8 as score, coalesce(s.ever, 0) as ever
             from {marts}.dim_products p left join sold s on s.product_id = p.product_id
            where p.status = 'ACTIVE'
            order by score desc, ever desc, product_id limit $3::int
         )
         insert into predictions.popular_products (batch_id, product_ids, scores)
         select $1::uuid, coalesce(array_agg(product_id order by score desc, ever desc, product_id), '{}'),
           coalesce(array_agg(score order by score desc, ever desc, product_id), '{}') from best`,
  params: ["uuid", "timestamptz", "int4"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

export const copyChurn = slotQuery({
  name: "scoring.copyChurn",
  text: `insert into predictions.churn (batch_id, user_id, probability, segment, as_of)
         select $1::uuid, p.user_id, p.probability, p.segment, p.as_of
           from predictions.churn p
           join {features}.customer_churn_features f on f.user_id = p.user_id and f.is_current
          where p.batch_id = $2 and p.user_id <> all ($3)`,
  params: ["uuid", "uuid", "uuid[]"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

export const copyRecommendations = query({
  name: "scoring.copyRecommendations",
  text: `insert into predictions.user_recommendations (batch_id, user_id, product_ids, scores)
         select $1::uuid, user_id, product_ids, scores from predictions.user_recommendations where batch_id = $2 and user_id <> all ($3)`,
  params: ["uuid", "uuid", "uuid[]"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

export const copySimilar = query({
  name: "scoring.copySimilar",
  text: `insert into predictions.similar_products (batch_id, product_id, product_ids, scores)
         select $1::uuid, product_id, product_ids, scores from predictions.similar_products where batch_id = $2`,
  params: ["uuid", "uuid"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

/** Customers with purchases, page by page. */
export const customersPage = slotQuery({
  name: "scoring.customersPage",
  text: "select distinct user_id from {features}.user_item_interactions where user_id > $1 order by user_id limit $2",
  params: ["uuid", "int4"],
  row: { user_id: "uuid" },
  budget: { access: "scan", maxRows: 100_000 },
});

/**
 * All but the newest batches, those that the pointer, or a rollback of it, names, and of the last 400 business days the first published
 * one of each month, by which the models are judged when the outcome is known (fct_predictions).
 */
export const dropOldBatches = query({
  name: "scoring.dropOldBatches",
  text: `delete from predictions.batch b
          where b.id not in (select id from predictions.batch order by created_at desc, id desc limit $1::int)
            and b.id not in (select prediction_batch_id from ops.pointer where prediction_batch_id is not null)
            and not exists (
              select from ops.pointer p join ops.build o on o.build_id = p.previous_build_id where o.prediction_batch_id = b.id
            )
            and b.id not in (
              select t.batch_id from predictions.told_batch t
               where t.is_first_of_month and t.as_of > (select max(as_of) from predictions.batch) - interval '400 days'
            )`,
  params: ["int4"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

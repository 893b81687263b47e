import type { Tx } from "#platform/db/database.ts";
import type { Slot } from "../publish/slots.ts";

export interface AuditCheck {
  name: string;
  passed: boolean;
  /** What was counted. */
  observed: number;
}

export interface Verdict {
  passed: boolean;
  checks: readonly AuditCheck[];
}

const MIN_COVERAGE = 0.99;

/**
 * Each answers one number, 0 where all is well; $1 is the batch. What a row says of itself is asked of the rows that were written anew:
 * those of the customers $2 where {anew} stands, and none of a table that was taken over as a whole where {new} stands. The others were
 * found good in the batch that they were taken from. What a row says of the marts is asked of all.
 */
const OFFENDERS: readonly { name: string; text: string }[] = [
  {
    name: "probabilities lie between 0 and 1",
    text: "select count(*) from predictions.churn where batch_id = $1 {anew} and not (probability >= 0 and probability <= 1)",
  },
  {
    name: "scored customers are known",
    text: `select count(*) from predictions.churn c where c.batch_id = $1
              and not exists (select from {features}.customer_churn_features f where f.user_id = c.user_id and f.is_current)`,
  },
  {
    name: "customers with a list have bought",
    text: `select count(*) from predictions.user_recommendations r where r.batch_id = $1
              and not exists (select from {features}.user_item_interactions i where i.user_id = r.user_id)`,
  },
  {
    name: "suggested products are sold",
    text: `select count(*) from (
             select unnest(product_ids) as product_id from predictions.user_recommendations where batch_id = $1
             union select unnest(product_ids) from predictions.similar_products where batch_id = $1
             union select unnest(product_ids) from predictions.popular_products where batch_id = $1
           ) s where not exists (select from {marts}.dim_products p where p.product_id = s.product_id and p.status = 'ACTIVE')`,
  },
  {
    name: "no product stands in a list twice",
    text: `select count(*) from (
             select from predictions.user_recommendations r, unnest(product_ids) p where batch_id = $1 {anew} group by user_id, p having count(*) > 1
             union all select from predictions.similar_products r, unnest(product_ids) p where batch_id = $1 {new} group by product_id, p having count(*) > 1
             union all select from predictions.popular_products r, unnest(product_ids) p where batch_id = $1 group by p having count(*) > 1
           ) d`,
  },
  {
    name: "no product is similar to itself",
    text: "select count(*) from predictions.similar_products where batch_id = $1 {new} and product_id = any(product_ids)",
  },
  {
    name: "lists are not empty and in the order of their scores",
    text: `select count(*) from (
             select product_ids, scores from predictions.user_recommendations where batch_id = $1 {anew}
             union all select product_ids, scores from predictions.similar_products where batch_id = $1 {new}
           ) l where cardinality(product_ids) = 0 or scores <> (select array_agg(s order by s desc) from unnest(scores) s)`,
  },
  {
    name: "the models' versions are registered",
    text: `select count(*) from predictions.batch b where b.id = $1
              and ((b.churn_version is not null and not exists (select from registry.model_version v where v.model = 'churn' and v.version = b.churn_version))
                or (b.recommendations_version is not null
                    and not exists (select from registry.model_version v where v.model = 'recommendations' and v.version = b.recommendations_version)))`,
  },
  { name: "there is one list of popular products", text: "select abs(count(*) - 1) from predictions.popular_products where batch_id = $1" },
];

const COVERAGES: readonly { name: string; when: "churn_version" | "recommendations_version"; text: string }[] = [
  {
    name: "customers with a churn score",
    when: "churn_version",
    text: `select (select count(*) from predictions.churn where batch_id = $1) as have,
                  (select count(*) from {features}.customer_churn_features where is_current) as want`,
  },
  {
    // Of those who bought something that the model knows. A shop that was added after the training is unknown to it: its customers are
    // served popular products, told as a fallback, and no build waits for the next training because of them.
    name: "customers with recommendations",
    when: "recommendations_version",
    text: `select (select count(*) from predictions.user_recommendations where batch_id = $1) as have,
                  (select count(*) from (select distinct i.user_id from {features}.user_item_interactions i join scoring_products p on p.product_id = i.product_id) u) as want`,
  },
];

/** A model that knows nothing of what is bought was trained on something else: popularity for everybody would hide that. */
const KNOWN_PURCHASES = `select case when not exists (select from {features}.user_item_interactions)
    or exists (select from {features}.user_item_interactions i join scoring_products p on p.product_id = i.product_id) then 0 else 1 end as count`;

/**
 * Looks at a batch as it stands in the tables, before anybody may read it; in the transaction that wrote it, where `scoring_products` holds
 * what the recommendations know. `only` are the customers that were scored, where the rest was taken over from an audited batch.
 */
export async function auditBatch(tx: Tx, batchId: string, slot: Slot, only?: readonly string[]): Promise<Verdict> {
  const inSlot = (text: string) => text.replaceAll("{marts}", `marts_${slot}`).replaceAll("{features}", `features_${slot}`)
    .replaceAll("{anew}", only ? "and user_id = any ($2)" : "").replaceAll("{new}", only ? "and false" : "");
  const checks: AuditCheck[] = [];
  for (const { name, text } of OFFENDERS) {
    const { rows } = await tx.raw<Record<string, bigint>>(inSlot(text), only && text.includes("{anew}") ? [batchId, only] : [batchId]);
    const observed = Number(Object.values(rows[0] ?? {})[0]);
    checks.push({ name, passed: observed === 0, observed });
  }
  const { rows: batches } = await tx.raw<Record<"churn_version" | "recommendations_version", bigint | null>>(
    "select churn_version, recommendations_version from predictions.batch where id = $1", [batchId],
  );
  if ((batches[0]?.recommendations_version ?? null) !== null) {
    const { rows } = await tx.raw<{ count: number }>(inSlot(KNOWN_PURCHASES), []);
    const observed = Number(rows[0]?.count);
    checks.push({ name: "the recommendations know something of what is bought", passed: observed === 0, observed });
  }
  for (const { name, when, text } of COVERAGES) {
    if ((batches[0]?.[when] ?? null) === null) continue;
    const { rows } = await tx.raw<{ have: bigint; want: bigint }>(inSlot(text), [batchId]);
    const want = Number(rows[0]?.want);
    const observed = want === 0 ? 1 : Number(rows[0]?.have) / want;
    checks.push({ name: `${name}, at least ${MIN_COVERAGE * 100} %`, passed: observed >= MIN_COVERAGE && observed <= 1, observed });
  }
  return { passed: checks.every((check) => check.passed), checks };
}

/** The failed checks in a sentence. */
export function whyRefused(verdict: Verdict): string {
  return verdict.checks.filter((check) => !check.passed).map((check) => `${check.name}: ${check.observed}`).join("; ");
}

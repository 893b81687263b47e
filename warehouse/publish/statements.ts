import { query } from "#platform/db/query.ts";

export const readPointer = query({
  name: "publish.readPointer",
  text: `select p.slot, p.build_id, p.previous_build_id, p.prediction_batch_id, p.cut_pos, p.cut_committed_at, p.business_as_of,
           p.published_at, p.held_at, s.code_hash
         from ops.pointer p join ops.slot_state s on s.slot = p.slot`,
  params: [],
  row: {
    slot: "text", build_id: "uuid", previous_build_id: "uuid?", prediction_batch_id: "uuid?", cut_pos: "int8",
    cut_committed_at: "timestamptz", business_as_of: "timestamptz", published_at: "timestamptz", held_at: "timestamptz?", code_hash: "text?",
  },
  budget: { access: "scan", maxRows: 1 },
});

export const lockPointer = query({
  name: "publish.lockPointer",
  text: "select slot, build_id, previous_build_id, published_at from ops.pointer for update",
  params: [],
  row: { slot: "text", build_id: "uuid", previous_build_id: "uuid?", published_at: "timestamptz" },
  budget: { access: "write", maxRows: 1 },
});

/** A build with what its slot holds now: `held_build_id` differs once a later build has begun in the slot. */
export const readBuild = query({
  name: "publish.readBuild",
  text: `select b.build_id, b.slot, b.state, b.prediction_batch_id, b.cut_pos, b.cut_committed_at, b.business_as_of,
           s.build_id as held_build_id, s.complete_pos
         from ops.build b join ops.slot_state s on s.slot = b.slot where b.build_id = $1`,
  params: ["uuid"],
  row: {
    build_id: "uuid", slot: "text", state: "text", prediction_batch_id: "uuid?", cut_pos: "int8", cut_committed_at: "timestamptz",
    business_as_of: "timestamptz", held_build_id: "uuid?", complete_pos: "int8",
  },
  budget: { access: "index", maxRows: 1 },
});

export const movePointer = query({
  name: "publish.movePointer",
  text: `insert into ops.pointer (slot, build_id, previous_build_id, prediction_batch_id, cut_pos, cut_committed_at, business_as_of, published_at, held_at)
         select b.slot, b.build_id, $2, b.prediction_batch_id, b.cut_pos, b.cut_committed_at, b.business_as_of, clock_timestamp(),
           case when $3 then clock_timestamp() end
         from ops.build b where b.build_id = $1
         on conflict (id) do update set slot = excluded.slot, build_id = excluded.build_id, previous_build_id = excluded.previous_build_id,
           prediction_batch_id = excluded.prediction_batch_id, cut_pos = excluded.cut_pos, cut_committed_at = excluded.cut_committed_at,
           business_as_of = excluded.business_as_of, published_at = excluded.published_at, held_at = excluded.held_at
         returning published_at`,
  params: ["uuid", "uuid?", "bool"],
  row: { published_at: "timestamptz" },
  budget: { access: "write", maxRows: 1 },
});

export const markPublished = query({
  name: "publish.markPublished",
  text: "update ops.build set state = 'PUBLISHED', published_at = $2, prediction_batch_id = $3 where build_id = $1",
  params: ["uuid", "timestamptz", "uuid?"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

export const setPredictionBatch = query({
  name: "publish.setPredictionBatch",
  text: "update ops.build set prediction_batch_id = $2 where build_id = $1",
  params: ["uuid", "uuid?"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

export const setBuildState = query({
  name: "publish.setBuildState",
  text: "update ops.build set state = $2, reason = coalesce($3, reason) where build_id = $1",
  params: ["uuid", "text", "text?"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

/** The tables and views of one schema with their columns in order, and what dbt wrote about them. dbt's leftovers are not tables. */
export const listRelations = query({
  name: "publish.listRelations",
  text: `select c.relname as relation, a.attname as column_name, obj_description(c.oid, 'pg_class') as relation_comment,
           col_description(c.oid, a.attnum) as column_comment
         from pg_catalog.pg_class c
         join pg_catalog.pg_namespace n on n.oid = c.relnamespace
         join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
         where n.nspname = $1 and c.relkind in ('r', 'p', 'v', 'm') and c.relname not like '%\\_\\_dbt\\_%'
         order by c.relname, a.attnum`,
  params: ["text"],
  row: { relation: "text", column_name: "text", relation_comment: "text?", column_comment: "text?" },
  budget: { access: "scan", maxRows: 20_000 },
});

export const listRetiredSchemas = query({
  name: "publish.listRetiredSchemas",
  text: "select nspname as name from pg_catalog.pg_namespace where nspname ~ '^marts(_masked|_vendor)?_(retired|next)_[0-9a-f]+$'",
  params: [],
  row: { name: "text" },
  budget: { access: "scan", maxRows: 10_000 },
});

/** The watermark of erasures: a build whose cut lies before it may show somebody who was erased since. 0 without any. */
export const readErasureWatermark = query({
  name: "publish.readErasureWatermark",
  text: "select coalesce(max(e.applied_pos), 0) as pos from raw._erasures e",
  params: [],
  row: { pos: "int8" },
  budget: { access: "index", maxRows: 1 },
});

import { query } from "#platform/db/query.ts";

/** Where the loader stands: the latest position whose changes are all in raw. */
export const readCaptureState = query({
  name: "pipeline.readCaptureState",
  text: "select applied_pos, applied_committed_at, snapshot_pos from raw._capture_state order by updated_at desc limit 1",
  params: [],
  row: { applied_pos: "int8", applied_committed_at: "timestamptz", snapshot_pos: "int8" },
  budget: { access: "scan", maxRows: 1 },
});

/** Distance of business time from wall time at a position, in milliseconds. */
export const readOffsetAt = query({
  name: "pipeline.readOffsetAt",
  text: `select offset_ms from raw.platform__clock
         where _from_pos <= $1 and (_to_pos is null or _to_pos > $1) and _op <> 'd' order by _from_pos desc limit 1`,
  params: ["int8"],
  row: { offset_ms: "int8" },
  budget: { access: "scan", maxRows: 1 },
});

export const readSlot = query({
  name: "pipeline.readSlot",
  text: "select slot, cut_pos, cut_committed_at, business_as_of, complete_pos, build_id, code_hash, backfill_from is not null as has_backfill from ops.slot_state where slot = $1",
  params: ["text"],
  row: { slot: "text", cut_pos: "int8", cut_committed_at: "timestamptz", business_as_of: "timestamptz", complete_pos: "int8", build_id: "uuid?", code_hash: "text?", has_backfill: "bool" },
  budget: { access: "index", maxRows: 1 },
});

export const readLatestBuild = query({
  name: "pipeline.readLatestBuild",
  text: "select build_id, slot, state, reason, cut_pos, business_as_of from ops.build order by started_at desc, build_id desc limit 1",
  params: [],
  row: { build_id: "uuid", slot: "text", state: "text", reason: "text?", cut_pos: "int8", business_as_of: "timestamptz" },
  budget: { access: "index", maxRows: 1 },
});

/** From here on the slot belongs to the new build: what it held is no longer a build one could go back to. */
export const beginSlot = query({
  name: "pipeline.beginSlot",
  text: `update ops.slot_state set cut_pos = $2, cut_committed_at = $3, business_as_of = $4, build_id = $5,
           code_hash = case when $6 then null else code_hash end where slot = $1`,
  params: ["text", "int8", "timestamptz", "timestamptz", "uuid", "bool"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

export const completeSlot = query({
  name: "pipeline.completeSlot",
  text: "update ops.slot_state set complete_pos = cut_pos, complete_as_of = business_as_of, complete_build_id = build_id, code_hash = $3, backfill_from = null, backfill_to = null where slot = $1 and build_id = $2",
  params: ["text", "uuid", "text"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

/** A copy that has its views and seeds is as good as what was built. */
export const adoptCopy = query({
  name: "pipeline.adoptCopy",
  text: "update ops.slot_state set code_hash = $2 where slot = $1 and code_hash = $3",
  params: ["text", "text", "text"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

/** Days of both slots; a slot that was never built makes all of them anyway. */
export const wishBackfill = query({
  name: "pipeline.wishBackfill",
  text: `update ops.slot_state set backfill_from = least(backfill_from, $1::text::date), backfill_to = greatest(backfill_to, $2::text::date)
         where complete_pos > 0`,
  params: ["text", "text"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

/** The next build of the slot starts from nothing: what a repair changed in raw may lie before the slot's position. */
export const spoilSlot = query({
  name: "pipeline.spoilSlot",
  text: "update ops.slot_state set code_hash = null where slot = $1",
  params: ["text"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

export const insertBuild = query({
  name: "pipeline.insertBuild",
  text: `insert into ops.build (build_id, run_id, slot, cut_pos, cut_committed_at, business_as_of, state, started_at)
         values (uuidv7(), $1, $2, $3, $4, $5, 'BUILDING', $6) returning build_id`,
  params: ["uuid", "text", "int8", "timestamptz", "timestamptz", "timestamptz"],
  row: { build_id: "uuid" },
  budget: { access: "write", maxRows: 1 },
});

/** Ends a build that nobody goes on with; one that readers have seen keeps its state. */
export const giveUpBuild = query({
  name: "pipeline.giveUpBuild",
  text: "update ops.build set state = 'FAILED', reason = $2 where build_id = $1 and state = 'BUILDING'",
  params: ["uuid", "text"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

export const listRawColumns = query({
  name: "pipeline.listRawColumns",
  text: `select c.relname as relation, array_agg(a.attname::text order by a.attnum) as columns
         from pg_catalog.pg_class c
         join pg_catalog.pg_namespace n on n.oid = c.relnamespace
         join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
         where n.nspname = 'raw' and c.relkind in ('r', 'p') and c.relname not like '\\_%'
         group by 1 order by 1`,
  params: [],
  row: { relation: "text", columns: "text[]" },
  budget: { access: "scan", maxRows: 2_000 },
});

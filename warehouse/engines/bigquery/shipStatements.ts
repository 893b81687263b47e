import { query } from "#platform/db/query.ts";

/** The target's epoch; a target that is new begins one. */
export const targetEpoch = query({
  name: "bigquery.targetEpoch",
  text: "insert into ops.shipping_target (target) values ($1) on conflict (target) do update set target = excluded.target returning epoch",
  params: ["text"],
  row: { epoch: "uuid" },
  budget: { access: "write", maxRows: 1 },
});

export const listShipped = query({
  name: "bigquery.listShipped",
  text: "select raw_table, shipped_pos, copied_pos, columns_hash, erasures_pos from ops.shipped_raw where target = $1",
  params: ["text"],
  row: { raw_table: "text", shipped_pos: "int8", copied_pos: "int8", columns_hash: "text", erasures_pos: "int8" },
  budget: { access: "scan", maxRows: 10_000 },
});

export const noteShipped = query({
  name: "bigquery.noteShipped",
  text: `insert into ops.shipped_raw (target, raw_table, shipped_pos, copied_pos, columns_hash, erasures_pos, rows) values ($1, $2, $3, $4, $5, $6, $7)
    on conflict (target, raw_table) do update set shipped_pos = excluded.shipped_pos, copied_pos = excluded.copied_pos,
      columns_hash = excluded.columns_hash, erasures_pos = excluded.erasures_pos, rows = excluded.rows, shipped_at = now()`,
  params: ["text", "text", "int8", "int8", "text", "int8", "int8"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

export const forgetShipped = query({
  name: "bigquery.forgetShipped",
  text: "delete from ops.shipped_raw where target = $1 and raw_table = $2",
  params: ["text", "text"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

/** Whatever was shipped to it is forgotten with it. */
export const forgetTarget = query({
  name: "bigquery.forgetTarget",
  text: "delete from ops.shipping_target where target = $1",
  params: ["text"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

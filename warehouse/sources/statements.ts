import { query } from "#platform/db/query.ts";

/** One writer of raw at a time, capture included; its commit is durable before it is told. */
export const lockRawForFiles = query({
  name: "sources.lockRaw",
  text: "select pg_catalog.pg_advisory_xact_lock(727002)::text as locked, pg_catalog.set_config('synchronous_commit', 'on', true) as kept",
  params: [],
  row: { locked: "text", kept: "text" },
  budget: { access: "write", maxRows: 1 },
});

export const readAppliedPos = query({
  name: "sources.readAppliedPos",
  text: "select applied_pos from raw._capture_state",
  params: [],
  row: { applied_pos: "int8" },
  budget: { access: "scan", maxRows: 10 },
});

/** Lets the next cut see what was loaded at this position. */
export const moveAppliedPos = query({
  name: "sources.moveAppliedPos",
  text: `update raw._capture_state set applied_pos = greatest(applied_pos, $1), applied_committed_at = greatest(applied_committed_at, $2), updated_at = now()`,
  params: ["int8", "timestamptz"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

const FILE_ROW = {
  file_id: "int8", source: "text", table_name: "text", object_key: "text", sha256: "text", bytes: "int8", modified_at: "timestamptz", state: "text", problem: "text?",
  mapping_hash: "text", rows: "int8", written: "int8", skipped: "int8", unread_columns: "text[]", pos: "int8?", seen_at: "timestamptz", open_rows: "int8",
} as const;

export const listFiles = query({
  name: "sources.listFiles",
  text: `select f.file_id, f.source, f.table_name, f.object_key, f.sha256, f.bytes, f.modified_at, f.state, f.problem, f.mapping_hash, f.rows, f.written, f.skipped,
      f.unread_columns, f.pos, f.seen_at, (select count(*) from raw._quarantine q where q.file_id = f.file_id and q.state = 'OPEN') as open_rows
    from raw._files f where $1::text is null or f.source = $1 order by f.seen_at desc, f.file_id desc limit $2`,
  params: ["text?", "int4"],
  row: FILE_ROW,
  budget: { access: "scan", maxRows: 100_000 },
});

export const saveFile = query({
  name: "sources.saveFile",
  text: `insert into raw._files (source, table_name, object_key, sha256, bytes, modified_at, state, problem, mapping_hash, rows, written, skipped, unread_columns, pos)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
    on conflict (source, table_name, object_key, sha256) do update set bytes = excluded.bytes, modified_at = excluded.modified_at, state = excluded.state, problem = excluded.problem,
      mapping_hash = excluded.mapping_hash, rows = excluded.rows, written = excluded.written, skipped = excluded.skipped, unread_columns = excluded.unread_columns,
      pos = coalesce(excluded.pos, raw._files.pos), seen_at = now()
    returning file_id`,
  params: ["text", "text", "text", "text", "int8", "timestamptz", "text", "text?", "text", "int8", "int8", "int8", "text[]", "int8?"],
  row: { file_id: "int8" },
  budget: { access: "write", maxRows: 1 },
});

/** The same bytes were put there again: nothing to load, and next time not even to read. */
export const touchFile = query({
  name: "sources.touchFile",
  text: "update raw._files set modified_at = $2, bytes = $3 where file_id = $1",
  params: ["int8", "timestamptz", "int8"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

export const openRows = query({
  name: "sources.openQuarantine",
  text: `insert into raw._quarantine (file_id, line, row_key, field, reason)
    select $1, q.line, nullif(q.row_key, ''), nullif(q.field, ''), q.reason from unnest($2::int8[], $3::text[], $4::text[], $5::text[]) as q(line, row_key, field, reason)
    on conflict (file_id, line) do update set row_key = excluded.row_key, field = excluded.field, reason = excluded.reason, state = 'OPEN', closed_at = null`,
  params: ["int8", "int8[]", "text[]", "text[]", "text[]"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

export const closeRows = query({
  name: "sources.closeQuarantine",
  text: "update raw._quarantine set state = $3, closed_at = now() where file_id = $1 and line = any($2) and state = 'OPEN'",
  params: ["int8", "int8[]", "text"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

/** Of a file that was read anew: those of its rows that waited and are bad no more. */
export const closeOtherRows = query({
  name: "sources.closeOtherQuarantine",
  text: "update raw._quarantine set state = 'REPAIRED', closed_at = now() where file_id = $1 and line <> all($2) and state = 'OPEN'",
  params: ["int8", "int8[]"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

export const listQuarantine = query({
  name: "sources.listQuarantine",
  text: `select q.quarantine_id, q.file_id, f.source, f.table_name, f.object_key, q.line, q.row_key, q.field, q.reason, q.state, q.found_at, q.closed_at
    from raw._quarantine q join raw._files f on f.file_id = q.file_id
    where ($1::text is null or f.source = $1) and ($2::bool or q.state = 'OPEN') order by q.file_id, q.line limit $3`,
  params: ["text?", "bool", "int4"],
  row: {
    quarantine_id: "int8", file_id: "int8", source: "text", table_name: "text", object_key: "text", line: "int8", row_key: "text?", field: "text?", reason: "text",
    state: "text", found_at: "timestamptz", closed_at: "timestamptz?",
  },
  budget: { access: "scan", maxRows: 1_000_000 },
});

export const dismissRows = query({
  name: "sources.dismissQuarantine",
  text: "update raw._quarantine set state = 'DISMISSED', closed_at = now() where quarantine_id = any($1) and state = 'OPEN' returning quarantine_id",
  params: ["int8[]"],
  row: { quarantine_id: "int8" },
  budget: { access: "write", maxRows: 100_000 },
});

import { query } from "#platform/db/query.ts";

/** The published build. */
export const publishedBuild = query({
  name: "sql.publishedBuild",
  text: "select build_id, cut_committed_at from ops.pointer",
  params: [],
  row: { build_id: "uuid", cut_committed_at: "timestamptz" },
  budget: { access: "scan", maxRows: 1 },
});

/** Tables and columns of a schema that a login may read, in order. */
export const columnsOfSchema = query({
  name: "sql.columnsOfSchema",
  text: `select c.relname as relation, a.attname as column_name, pg_catalog.format_type(a.atttypid, a.atttypmod) as type
         from pg_catalog.pg_class c
         join pg_catalog.pg_namespace n on n.oid = c.relnamespace
         join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
         where n.nspname = $1 and c.relkind = 'v' and pg_catalog.has_table_privilege($2::text::name, c.oid, 'select')
         order by c.relname, a.attnum`,
  params: ["text", "text"],
  row: { relation: "text", column_name: "text", type: "text" },
  budget: { access: "scan", maxRows: 20_000 },
});

export const serverFunctions = query({
  name: "sql.serverFunctions",
  text: "select distinct p.proname as name from pg_catalog.pg_proc p",
  params: [],
  row: { name: "text" },
  budget: { access: "scan", maxRows: 50_000 },
});

export const vendorKey = query({
  name: "sql.vendorKey",
  text: "select vendor_key from ops.sql_keys",
  params: [],
  row: { vendor_key: "bytea" },
  budget: { access: "scan", maxRows: 1 },
});

/** What somebody asks is written down before it is done. */
export const beginAttempt = query({
  name: "sql.beginAttempt",
  text: `insert into ops.sql_attempt (attempt_id, actor_id, session_id, source, audience, vendor_ids, kind, sql, sql_hash, tables, columns, state, cancel_key, request_id)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 'RUNNING', $12, $13)`,
  params: ["uuid", "uuid?", "uuid?", "text", "text", "uuid[]", "text", "text", "text", "text[]", "text[]", "text?", "text?"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

export const finishAttempt = query({
  name: "sql.finishAttempt",
  text: `update ops.sql_attempt set state = $2, reason = $3, cost = $4, rows = $5, bytes = $6, truncated = $7, ms = $8, build_id = $9, finished_at = clock_timestamp()
         where attempt_id = $1 and state = 'RUNNING'`,
  params: ["uuid", "text", "text?", "float8?", "int8?", "int8?", "bool?", "int4?", "uuid?"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

/** What an attempt is about to be billed, known to the person's other statements from then on. */
export const noteCost = query({
  name: "sql.noteCost",
  text: "update ops.sql_attempt set cost = $2 where attempt_id = $1 and state = 'RUNNING'",
  params: ["uuid", "float8"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

/** What a person's statements of the last 24 hours were billed, those under way included. What was refused read nothing. */
export const costOfDay = query({
  name: "sql.costOfDay",
  text: `select coalesce(sum(cost), 0) as cost from ops.sql_attempt
         where started_at > now() - interval '24 hours' and actor_id is not distinct from $1 and kind = 'QUERY' and state <> 'REFUSED'`,
  params: ["uuid?"],
  row: { cost: "float8" },
  budget: { access: "index", maxRows: 1 },
});

export const cancelAttempt = query({
  name: "sql.cancelAttempt",
  text: "select ops.cancel_sql_attempt($1) as cancelled",
  params: ["uuid"],
  row: { cancelled: "bool" },
  budget: { access: "scan", maxRows: 1 },
});

/** A person's own attempts that are under way, by id or by the key they gave. */
export const runningAttempts = query({
  name: "sql.runningAttempts",
  text: `select attempt_id from ops.sql_attempt
         where state = 'RUNNING' and started_at > now() - interval '1 hour' and actor_id is not distinct from $1
           and (attempt_id = $2 or cancel_key = $3)
         order by started_at limit 20`,
  params: ["uuid?", "uuid?", "text?"],
  row: { attempt_id: "uuid" },
  budget: { access: "index", maxRows: 20 },
});

/** Newest first, behind a place in the list where one is given. */
export const listAttempts = query({
  name: "sql.listAttempts",
  text: `select attempt_id, started_at, to_char(started_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as started_text, actor_id, source, audience, vendor_ids, kind, sql, sql_hash,
           tables, columns, state, reason, cost, rows, bytes, truncated, ms, build_id, request_id
         from ops.sql_attempt
         where ($1::uuid is null or actor_id = $1) and ($2::text is null or state = $2)
           and ($3::text is null or (started_at, attempt_id) < ($3::timestamptz, $4::uuid))
         order by started_at desc, attempt_id desc limit $5::bigint`,
  params: ["uuid?", "text?", "text?", "uuid?", "int4"],
  row: {
    attempt_id: "uuid", started_at: "timestamptz", started_text: "text", actor_id: "uuid?", source: "text", audience: "text", vendor_ids: "uuid[]", kind: "text", sql: "text", sql_hash: "text",
    tables: "text[]", columns: "text[]", state: "text", reason: "text?", cost: "float8?", rows: "int8?", bytes: "int8?", truncated: "bool?", ms: "int4?", build_id: "uuid?", request_id: "text?",
  },
  budget: { access: "index", maxRows: 101 },
});

export const forgetAttempts = query({
  name: "sql.forgetAttempts",
  text: "select ops.forget_sql_attempts($1) as gone",
  params: ["int4"],
  row: { gone: "int8" },
  budget: { access: "scan", maxRows: 1 },
});

const SAVED = { saved_id: "uuid", owner_id: "uuid?", name: "text", description: "text?", sql: "text", is_shared: "bool", version: "int4", updated_at: "timestamptz" } as const;
const SAVED_COLUMNS = "saved_id, owner_id, name, description, sql, is_shared, version, updated_at";

/** One's own and, where asked for, those that others share; by name. */
export const listSaved = query({
  name: "sql.listSaved",
  text: `select ${SAVED_COLUMNS} from ops.sql_saved
         where (owner_id is not distinct from $1 or (is_shared and $2)) and ($3::text is null or (name, saved_id) > ($3, $4::uuid))
         order by name, saved_id limit $5::bigint`,
  params: ["uuid?", "bool", "text?", "uuid?", "int4"],
  row: SAVED,
  budget: { access: "scan", maxRows: 101 },
});

export const findSaved = query({
  name: "sql.findSaved",
  text: `select ${SAVED_COLUMNS} from ops.sql_saved where saved_id = $1`,
  params: ["uuid"],
  row: SAVED,
  budget: { access: "index", maxRows: 1 },
});

export const countSaved = query({
  name: "sql.countSaved",
  text: "select count(*) as n from ops.sql_saved where owner_id is not distinct from $1",
  params: ["uuid?"],
  row: { n: "int8" },
  budget: { access: "scan", maxRows: 1 },
});

export const insertSaved = query({
  name: "sql.insertSaved",
  text: `insert into ops.sql_saved (saved_id, owner_id, name, description, sql, is_shared) values ($1, $2, $3, $4, $5, $6)
         on conflict do nothing returning ${SAVED_COLUMNS}`,
  params: ["uuid", "uuid?", "text", "text?", "text", "bool"],
  row: SAVED,
  budget: { access: "write", maxRows: 1 },
});

export const updateSaved = query({
  name: "sql.updateSaved",
  text: `update ops.sql_saved set name = $3, description = $4, sql = $5, is_shared = $6, version = version + 1, updated_at = clock_timestamp()
         where saved_id = $1 and version = $2 returning ${SAVED_COLUMNS}`,
  params: ["uuid", "int4", "text", "text?", "text", "bool"],
  row: SAVED,
  budget: { access: "write", maxRows: 1 },
});

export const deleteSaved = query({
  name: "sql.deleteSaved",
  text: "delete from ops.sql_saved where saved_id = $1 and version = $2",
  params: ["uuid", "int4"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

import { query } from "#platform/db/query.ts";

/** What the build before left: it becomes history when it was published. */
export const settleDraft = query({
  name: "quality.settleDraft",
  text: `insert into ops.table_metric as m (relation, day, rows, metrics, build_id)
         select d.relation, d.day, d.rows, d.metrics, d.build_id from ops.table_metric_draft d
         join ops.build b on b.build_id = d.build_id and b.state in ('PUBLISHED', 'SUPERSEDED')
         on conflict (relation, day) do update set rows = excluded.rows, metrics = excluded.metrics, build_id = excluded.build_id
         where m.rows <> excluded.rows or m.metrics <> excluded.metrics`,
  params: [],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

export const dropDraft = query({
  name: "quality.dropDraft",
  text: "delete from ops.table_metric_draft",
  params: [],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

export const readHistory = query({
  name: "quality.readHistory",
  text: "select day, rows, metrics from ops.table_metric where relation = $1 order by day",
  params: ["text"],
  row: { day: "date", rows: "int8", metrics: "jsonb" },
  budget: { access: "index", maxRows: 20_000 },
});

export const writeDraft = query({
  name: "quality.writeDraft",
  text: `insert into ops.table_metric_draft (relation, day, rows, metrics, build_id)
         select $1, d.day, d.rows, d.metrics, $3 from jsonb_to_recordset($2::jsonb) as d (day date, rows bigint, metrics jsonb)
         on conflict (relation, day) do update set rows = excluded.rows, metrics = excluded.metrics, build_id = excluded.build_id`,
  params: ["text", "text", "uuid"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

/** Business time of the published build. */
export const readPublished = query({
  name: "quality.readPublished",
  text: "select build_id, business_as_of from ops.pointer",
  params: [],
  row: { build_id: "uuid", business_as_of: "timestamptz" },
  budget: { access: "scan", maxRows: 1 },
});

/** Which of some columns the tables of a slot have. */
export const listColumns = query({
  name: "quality.listColumns",
  text: `select c.relname as relation, array_agg(a.attname::text order by a.attnum) as columns
         from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
         join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
         where n.nspname = $1 and c.relname = any($2::text[]) and c.relkind in ('r', 'p', 'v', 'm') group by 1 order by 1`,
  params: ["text", "text[]"],
  row: { relation: "text", columns: "text[]" },
  budget: { access: "scan", maxRows: 100 },
});

export const readAcceptances = query({
  name: "quality.readAcceptances",
  text: "select relation, kind, day from ops.anomaly_acceptance",
  params: [],
  row: { relation: "text", kind: "text", day: "date" },
  budget: { access: "scan", maxRows: 10_000 },
});

export const dropAnomalies = query({
  name: "quality.dropAnomalies",
  text: "delete from ops.anomaly where build_id = $1",
  params: ["uuid"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

export const writeAnomalies = query({
  name: "quality.writeAnomalies",
  text: `insert into ops.anomaly (build_id, relation, kind, subject, day, severity, observed, expected, lower_bound, upper_bound, message, is_accepted)
         select $1, a.relation, a.kind, a.subject, a.day, a.severity, a.observed, a.expected, a.lower, a.upper, a.message, a.is_accepted
         from jsonb_to_recordset($2::jsonb) as a (relation text, kind text, subject text, day date, severity text, observed double precision,
           expected double precision, lower double precision, upper double precision, message text, is_accepted boolean)
         on conflict (build_id, relation, kind, subject, day) do nothing`,
  params: ["uuid", "text"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

/** A build makes one a minute; what they found is kept for two months. */
export const dropOldAnomalies = query({
  name: "quality.dropOldAnomalies",
  text: "delete from ops.anomaly a using ops.build b where b.build_id = a.build_id and b.started_at < clock_timestamp() - interval '60 days'",
  params: [],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

export const writeAcceptance = query({
  name: "quality.writeAcceptance",
  text: `insert into ops.anomaly_acceptance (relation, kind, day, reason) select a.relation, a.kind, a.day, $2
         from ops.anomaly a where a.build_id = $1 and a.severity = 'CRITICAL' and not a.is_accepted
         on conflict (relation, kind, day) do update set reason = excluded.reason, accepted_at = clock_timestamp()`,
  params: ["uuid", "text"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

/** The latest build that was judged, whatever became of it. */
export const readLatestJudged = query({
  name: "quality.readLatestJudged",
  text: "select build_id, state, started_at from ops.build where state in ('PUBLISHED', 'SUPERSEDED', 'REJECTED', 'ROLLED_BACK') order by started_at desc limit 1",
  params: [],
  row: { build_id: "uuid", state: "text", started_at: "timestamptz" },
  budget: { access: "index", maxRows: 1 },
});

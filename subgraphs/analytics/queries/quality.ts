import { query } from "#platform/db/query.ts";

export const checksOfBuilds = query({
  name: "analytics.checksOfBuilds",
  text: `select build_id, suite, name, severity, passed, message, observed, checked_at from ops.check_result
          where build_id = any($1) and (not passed or not $2) order by passed, severity, suite, name`,
  params: ["uuid[]", "bool"],
  row: { build_id: "uuid", suite: "text", name: "text", severity: "text", passed: "bool", message: "text?", observed: "text?", checked_at: "timestamptz" },
  budget: { access: "index", maxRows: 20_000 },
});

export const anomaliesOfBuilds = query({
  name: "analytics.anomaliesOfBuilds",
  text: `select build_id, relation, kind, subject, day, severity, observed, expected, lower_bound, upper_bound, message, is_accepted
           from ops.anomaly where build_id = any($1) order by severity, day desc, relation, kind, subject`,
  params: ["uuid[]"],
  row: {
    build_id: "uuid", relation: "text", kind: "text", subject: "text", day: "date", severity: "text", observed: "float8", expected: "float8", lower_bound: "float8?",
    upper_bound: "float8?", message: "text", is_accepted: "bool",
  },
  budget: { access: "index", maxRows: 20_000 },
});

/** Builds that were judged, whatever became of them. */
export const judgedBuilds = query({
  name: "analytics.judgedBuilds",
  text: `select b.build_id, b.state, b.reason, b.started_at, b.published_at, b.cut_committed_at,
           (select count(*) from ops.check_result c where c.build_id = b.build_id) as checks,
           (select count(*) from ops.check_result c where c.build_id = b.build_id and not c.passed and c.severity = 'CRITICAL') as red,
           (select count(*) from ops.check_result c where c.build_id = b.build_id and not c.passed and c.severity <> 'CRITICAL') as warnings
          from ops.build b where b.state in ('PUBLISHED', 'SUPERSEDED', 'REJECTED', 'ROLLED_BACK') order by b.started_at desc limit $1::bigint`,
  params: ["int4"],
  row: {
    build_id: "uuid", state: "text", reason: "text?", started_at: "timestamptz", published_at: "timestamptz?", cut_committed_at: "timestamptz", checks: "int8", red: "int8", warnings: "int8",
  },
  budget: { access: "index", maxRows: 100 },
});

export const latestIncidents = query({
  name: "analytics.latestIncidents",
  text: "select incident_id, kind, message, build_id, opened_at, closed_at from ops.incident order by opened_at desc limit $1::bigint",
  params: ["int4"],
  row: { incident_id: "uuid", kind: "text", message: "text", build_id: "uuid?", opened_at: "timestamptz", closed_at: "timestamptz?" },
  budget: { access: "index", maxRows: 100 },
});

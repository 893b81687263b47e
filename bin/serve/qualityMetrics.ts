import { Gauge, Registry } from "prom-client";
import type { Database } from "#platform/db/database.ts";
import { judgedBuilds } from "#subgraphs/analytics/queries/quality.ts";
import { query } from "#platform/db/query.ts";
import { INCIDENT_KINDS } from "#warehouse/quality/incidents.ts";
import { createWarehouseReader, tableFreshness } from "#warehouse/reader.ts";

const countFailed = query({
  name: "quality.countFailed",
  text: `select split_part(suite, '.', 1) as layer, severity, count(*) as checks, count(*) filter (where not passed) as failed
         from ops.check_result where build_id = $1 group by 1, 2 order by 1, 2`,
  params: ["uuid"],
  row: { layer: "text", severity: "text", checks: "int8", failed: "int8" },
  budget: { access: "index", maxRows: 100 },
});

const countAnomalies = query({
  name: "quality.countAnomalies",
  text: "select severity, count(*) as anomalies from ops.anomaly where build_id = $1 group by 1 order by 1",
  params: ["uuid"],
  row: { severity: "text", anomalies: "int8" },
  budget: { access: "index", maxRows: 10 },
});

const countIncidents = query({
  name: "quality.countIncidents",
  text: "select kind, count(*) as incidents from ops.incident where closed_at is null group by 1 order by 1",
  params: [],
  row: { kind: "text", incidents: "int8" },
  budget: { access: "scan", maxRows: 10 },
});

const SEVERITIES = ["CRITICAL", "WARNING"] as const;

/** How good the warehouse's numbers are, as Prometheus text, read when it is asked for. `db` logs in to the warehouse. */
export async function qualityMetrics(db: Database): Promise<string> {
  const registry = new Registry();
  const gauge = (name: string, help: string, labelNames: string[] = []) => new Gauge({ name: `martgraph_quality_${name}`, help, labelNames, registers: [registry] });
  const [verdict, failed, checks, anomalies, incidents] = [
    gauge("last_build_rejected", "1 when the latest build that was judged was refused"),
    gauge("checks_failed", "Checks of the latest judged build that failed", ["layer", "severity"]),
    gauge("checks", "Checks of the latest judged build", ["layer", "severity"]),
    gauge("anomalies", "Anomalies of the latest judged build", ["severity"]),
    gauge("incidents_open", "Incidents that people were told of and that are not over", ["kind"]),
  ];
  const [latest] = await db.many(judgedBuilds, [1]);
  if (latest) {
    verdict.set(latest.state === "REJECTED" ? 1 : 0);
    for (const row of await db.many(countFailed, [latest.build_id])) {
      failed.set({ layer: row.layer, severity: row.severity }, Number(row.failed));
      checks.set({ layer: row.layer, severity: row.severity }, Number(row.checks));
    }
    const found = new Map((await db.many(countAnomalies, [latest.build_id])).map((row) => [row.severity, Number(row.anomalies)]));
    for (const severity of SEVERITIES) anomalies.set({ severity }, found.get(severity) ?? 0);
  }
  const open = new Map((await db.many(countIncidents, [])).map((row) => [row.kind, Number(row.incidents)]));
  for (const kind of INCIDENT_KINDS) incidents.set({ kind }, open.get(kind) ?? 0);
  const build = await createWarehouseReader(db).current();
  if (build) {
    gauge("published_age_seconds", "Seconds since the moment up to which the published numbers are known to be the shop's").set(build.ageSeconds);
    gauge("published_at_seconds", "When the published build was published, Unix time").set(build.publishedAt.getTime() / 1000);
    gauge("stale_tables", "Marts and feature tables that are older than their contracts allow").set(tableFreshness(build).filter(({ isStale }) => isStale).length);
  }
  return registry.metrics();
}

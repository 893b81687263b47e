import type { Database } from "#platform/db/database.ts";
import { countChecks, type QualityCheck, withLayer } from "#subgraphs/analytics/domain/quality.ts";
import { anomaliesOfBuilds, checksOfBuilds, judgedBuilds, latestIncidents } from "#subgraphs/analytics/queries/quality.ts";
import { type BuildInfo, createWarehouseReader, tableFreshness } from "#warehouse/reader.ts";

const HISTORY = 30;
const INCIDENTS = 20;

/** All that the report shows, as JSON. Names, counts and measures; no value of the data. */
export interface ReportData {
  readonly madeAt: string;
  readonly published: Pick<BuildInfo, "buildId" | "isStale" | "ageSeconds"> & { asOf: string; currentTo: string; publishedAt: string } | null;
  /** The latest build that was judged: the published one, or one that was refused since. */
  readonly latest: ReportBuild | null;
  readonly freshness: ReturnType<typeof tableFreshness>;
  readonly history: readonly Omit<ReportBuild, "checks" | "anomalies" | "summary">[];
  readonly incidents: readonly { kind: string; message: string; openedAt: string; closedAt: string | null }[];
}

export interface ReportBuild {
  readonly buildId: string;
  readonly state: string;
  readonly reason: string | null;
  readonly startedAt: string;
  readonly asOf: string;
  readonly red: number;
  readonly warnings: number;
  readonly total: number;
  readonly checks: readonly QualityCheck[];
  readonly summary: ReturnType<typeof countChecks>;
  readonly anomalies: readonly { table: string; kind: string; subject: string; day: string; severity: string; observed: number; expected: number; lower: number | null; upper: number | null; message: string; isAccepted: boolean }[];
}

/** `db` logs in to the warehouse as martgraph_serving or more. */
export async function readReportData(db: Database, at: Date): Promise<ReportData> {
  const build = await createWarehouseReader(db).current();
  const judged = (await db.many(judgedBuilds, [HISTORY])).map((row) => ({
    buildId: row.build_id, state: row.state, reason: row.reason, startedAt: row.started_at.toISOString(), asOf: row.cut_committed_at.toISOString(),
    red: Number(row.red), warnings: Number(row.warnings), total: Number(row.checks),
  }));
  const [newest] = judged;
  const checks = newest ? (await db.many(checksOfBuilds, [[newest.buildId], false])).map(withLayer) : [];
  const anomalies = newest ? (await db.many(anomaliesOfBuilds, [[newest.buildId]])).map((row) => ({
    table: row.relation, kind: row.kind, subject: row.subject, day: row.day, severity: row.severity, observed: row.observed, expected: row.expected,
    lower: row.lower_bound, upper: row.upper_bound, message: row.message, isAccepted: row.is_accepted,
  })) : [];
  return {
    madeAt: at.toISOString(),
    published: build ? { buildId: build.buildId, isStale: build.isStale, ageSeconds: build.ageSeconds, asOf: build.asOf.toISOString(), currentTo: build.currentTo.toISOString(), publishedAt: build.publishedAt.toISOString() } : null,
    latest: newest ? { ...newest, checks, summary: countChecks(checks), anomalies } : null,
    freshness: build ? tableFreshness(build) : [],
    history: judged,
    incidents: (await db.many(latestIncidents, [INCIDENTS])).map((row) => ({ kind: row.kind, message: row.message, openedAt: row.opened_at.toISOString(), closedAt: row.closed_at?.toISOString() ?? null })),
  };
}

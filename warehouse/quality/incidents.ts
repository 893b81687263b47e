import { randomUUID } from "node:crypto";
import type { Database } from "#platform/db/database.ts";
import { query } from "#platform/db/query.ts";
import { createWarehouseReader } from "../reader.ts";
import { STRICTEST_SECONDS } from "./freshness.ts";
import { readLatestJudged } from "./statements.ts";

export type IncidentKind = "REJECTED" | "ANOMALY" | "STALE" | "CAPTURE";
export const INCIDENT_KINDS: readonly IncidentKind[] = ["REJECTED", "ANOMALY", "STALE", "CAPTURE"];

/** What is wrong now, by kind. */
export type Trouble = Readonly<Partial<Record<IncidentKind, { message: string; buildId: string | null }>>>;

export interface Incident {
  readonly id: string;
  readonly kind: IncidentKind;
  readonly message: string;
  readonly buildId: string | null;
  readonly openedAt: Date;
  readonly closedAt: Date | null;
  /** Whether people were told that it began. */
  readonly isTold: boolean;
}

export interface TroubleFacts {
  /** The latest build that was judged. */
  readonly latest: { buildId: string; state: string; reason: string | null; criticalAnomalies: number } | undefined;
  readonly published: { ageSeconds: number; asOf: Date } | undefined;
  /** What is wrong with change capture, if anything is. */
  readonly capture?: string | undefined;
}

/** What people have to know of. Nothing published yet is no news: whoever starts a shop sees it. Pure. */
export function troubleOf({ latest, published, capture }: TroubleFacts): Trouble {
  const kind = latest?.state !== "REJECTED" ? undefined : latest.criticalAnomalies > 0 ? "ANOMALY" : "REJECTED";
  const isStale = published !== undefined && published.ageSeconds > STRICTEST_SECONDS;
  return {
    ...(latest && kind ? { [kind]: { message: `A build was refused: ${latest.reason ?? "a critical check was red"}. Readers keep the numbers of the build before.`, buildId: latest.buildId } } : {}),
    ...(published && isStale ? { STALE: { message: `The published numbers hold the shop up to ${published.asOf.toISOString()}: older than ${Math.round(STRICTEST_SECONDS / 60)} minutes, the strictest contract of a mart.`, buildId: null } } : {}),
    ...(capture === undefined ? {} : { CAPTURE: { message: capture, buildId: null } }),
  };
}

const readReason = query({
  name: "quality.readReason",
  text: `select b.reason, (select count(*) from ops.anomaly a where a.build_id = b.build_id and a.severity = 'CRITICAL' and not a.is_accepted) as anomalies
         from ops.build b where b.build_id = $1`,
  params: ["uuid"],
  row: { reason: "text?", anomalies: "int8" },
  budget: { access: "index", maxRows: 1 },
});

const openIncident = query({
  name: "quality.openIncident",
  text: "insert into ops.incident (incident_id, kind, message, build_id, opened_at) values ($1, $2, $3, $4, $5) on conflict (kind) where closed_at is null do nothing",
  params: ["uuid", "text", "text", "uuid?", "timestamptz"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

const closeIncidents = query({
  name: "quality.closeIncidents",
  text: "update ops.incident set closed_at = $2 where closed_at is null and kind <> all($1)",
  params: ["text[]", "timestamptz"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

/** Those whose begin or end nobody has been told of. */
const listUntold = query({
  name: "quality.listUntold",
  text: `select incident_id, kind, message, build_id, opened_at, closed_at, told_at is not null as is_told from ops.incident
         where told_at is null or (closed_at is not null and told_over_at is null) order by opened_at limit 100`,
  params: [],
  row: { incident_id: "uuid", kind: "text", message: "text", build_id: "uuid?", opened_at: "timestamptz", closed_at: "timestamptz?", is_told: "bool" },
  budget: { access: "scan", maxRows: 100 },
});

const markTold = query({
  name: "quality.markTold",
  text: "update ops.incident set told_at = coalesce(told_at, $2), told_over_at = case when $3 then $2 else told_over_at end where incident_id = $1",
  params: ["uuid", "timestamptz", "bool"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

/** Reads how things stand. `db` logs in as martgraph_builder. */
export async function readTroubleFacts(db: Database): Promise<TroubleFacts> {
  const judged = await db.maybeOne(readLatestJudged, []);
  const more = judged && (await db.maybeOne(readReason, [judged.build_id]));
  const published = await createWarehouseReader(db).current();
  return {
    latest: judged && { buildId: judged.build_id, state: judged.state, reason: more?.reason ?? null, criticalAnomalies: Number(more?.anomalies ?? 0n) },
    published: published && { ageSeconds: published.ageSeconds, asOf: published.currentTo },
  };
}

/**
 * Opens what began, closes what is over, and answers what nobody has been told of yet. One incident of a kind at a time,
 * however many builds it costs. `capture` says what is wrong with change capture, which the warehouse alone does not see.
 */
export async function followIncidents(db: Database, at: Date, capture?: string): Promise<Incident[]> {
  const trouble = troubleOf({ ...(await readTroubleFacts(db)), capture });
  const present = INCIDENT_KINDS.filter((kind) => trouble[kind]);
  await db.execute(closeIncidents, [present, at]);
  for (const kind of present) {
    const { message, buildId } = trouble[kind] as { message: string; buildId: string | null };
    await db.execute(openIncident, [randomUUID(), kind, message.slice(0, 1_000), buildId, at]);
  }
  return (await db.many(listUntold, [])).map((row) => ({
    id: row.incident_id, kind: row.kind as IncidentKind, message: row.message, buildId: row.build_id, openedAt: row.opened_at, closedAt: row.closed_at, isTold: row.is_told,
  }));
}

/** Notes that people were told. A crash before it means that they are told twice, which is better than not at all. */
export async function noteTold(db: Database, { id, closedAt }: Incident, at: Date): Promise<void> {
  await db.execute(markTold, [id, at, closedAt !== null]);
}

import { createHash } from "node:crypto";
import type { Database, Reader } from "#platform/db/database.ts";
import { loadModel, type ArtefactFiles, type ModelName, type Models } from "#platform/scoring/loadModel.ts";
import { ModelRefused } from "#platform/scoring/modelRefused.ts";
import { aliasVersion, dropOldArtefacts, insertFile, insertVersion, listFiles, lockModel, moveAlias, versionByHash, versionMetrics } from "./statements.ts";

/** A version and where it came from. */
export interface Champion {
  readonly model: ModelName;
  readonly version: bigint;
  readonly sha256: string;
  /** Business time up to which it was trained. */
  readonly asOf: Date;
  readonly promotedAt: Date;
  readonly reason: string;
}

export interface LoadedChampion<N extends ModelName> extends Champion {
  readonly scorer: Models[N];
}

export type Promotion = { promoted: true; version: bigint; reason: string } | { promoted: false; version: bigint; reason: string };

const KEPT_ARTEFACTS = 5;

/**
 * Stores an artefact as the model's next version and names it challenger. An artefact that is there already, byte for byte,
 * keeps its version. `db` logs in as martgraph_builder. @throws ModelRefused when its golden rows do not hold here.
 */
export async function registerVersion(db: Database, model: ModelName, files: ArtefactFiles): Promise<bigint> {
  loadModel(model, files);
  const manifestBytes = files.get("manifest.json") as Uint8Array;
  const metricsBytes = files.get("metrics.json");
  if (!metricsBytes) throw new ModelRefused("the artefact has no metrics.json");
  const manifestText = Buffer.from(manifestBytes).toString("utf8");
  const manifest = JSON.parse(manifestText) as { data: { buildId: string; asOf: string } };
  const sha256 = createHash("sha256").update(manifestBytes).digest("hex");
  return db.tx(async (tx) => {
    await tx.one(lockModel, [model]);
    const known = (await tx.one(versionByHash, [model, sha256])).version;
    if (known !== null) return known;
    const metrics = Buffer.from(metricsBytes).toString("utf8");
    const { version } = await tx.one(insertVersion, [model, sha256, manifestText, metrics, manifest.data.buildId, new Date(manifest.data.asOf)]);
    for (const [name, content] of files) await tx.execute(insertFile, [model, version, name, Buffer.from(content)]);
    await tx.execute(moveAlias, [model, "challenger", version, "trained last"]);
    return version;
  });
}

/**
 * Makes a version the champion when it earned it: its own metrics say that it beats its baseline, or that it is the baseline,
 * which serves where nothing beats it. Metrics without a verdict, or figures that are no numbers, move nothing.
 */
export async function promote(db: Database, model: ModelName, version: bigint): Promise<Promotion> {
  const promotion = await db.tx(async (tx) => {
    await tx.one(lockModel, [model]);
    const judged = judge(model, (await tx.one(versionMetrics, [model, version])).metrics);
    const champion = await tx.maybeOne(aliasVersion, [model, "champion"]);
    if (judged.promoted && champion?.version !== version) await tx.execute(moveAlias, [model, "champion", version, judged.reason]);
    return { ...judged, version };
  });
  await db.execute(dropOldArtefacts, [model, KEPT_ARTEFACTS]);
  return promotion;
}

interface Metrics {
  served?: unknown;
  verdict?: unknown;
  pooled?: Interval;
  all?: Interval;
  new?: Interval;
}
interface Interval {
  lower?: unknown;
}

/** The rule of promotion, from metrics.json alone. */
export function judge(model: ModelName, metrics: unknown): { promoted: boolean; reason: string } {
  const { served, verdict, ...figures } = (metrics ?? {}) as Metrics;
  if (typeof verdict !== "string") return { promoted: false, reason: "its metrics hold no verdict" };
  if (served === "BASELINE") return { promoted: true, reason: verdict };
  if (served !== "CANDIDATE") return { promoted: false, reason: "its metrics do not say what it serves" };
  const bounds = (model === "churn" ? [figures.pooled] : [figures.all, figures.new]).map((one) => one?.lower);
  const better = bounds.every((lower) => typeof lower === "number" && lower > 0);
  return better ? { promoted: true, reason: verdict } : { promoted: false, reason: `its candidate does not surely beat the baseline: ${verdict}` };
}

/** The version that serves, or undefined while there is none. */
export async function findChampion(db: Reader, model: ModelName): Promise<Champion | undefined> {
  const row = await db.maybeOne(aliasVersion, [model, "champion"]);
  return row && { model, version: row.version, sha256: row.sha256, asOf: row.as_of, promotedAt: row.moved_at, reason: row.reason };
}

/** The champion, loaded and held against its golden rows. @throws ModelRefused */
export async function loadChampion<N extends ModelName>(db: Reader, model: N): Promise<LoadedChampion<N> | undefined> {
  const champion = await findChampion(db, model);
  if (!champion) return undefined;
  const rows = await db.many(listFiles, [model, champion.version]);
  const files = new Map(rows.map((row) => [row.name, row.content]));
  const manifest = files.get("manifest.json");
  const found = manifest && createHash("sha256").update(manifest).digest("hex");
  if (found !== champion.sha256) throw new ModelRefused(`${model}@${champion.version}: the stored manifest is not the one that was registered; train the model again`);
  return { ...champion, scorer: loadModel(model, files) };
}

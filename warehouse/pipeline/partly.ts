import type { Database } from "#platform/db/database.ts";
import { query } from "#platform/db/query.ts";
import { readPointer } from "../publish/statements.ts";
import type { Asset, CutOutput } from "./asset.ts";
import { CUT } from "./cut.ts";
import type { OpenRun } from "./interrupted.ts";
import { listAssets } from "./ledger.ts";
import { AssetRefused, type RunRequest } from "./types.ts";

/** What of the pipeline a request is about. */
export type Choice =
  | { kind: "all" }
  /** One asset before the cut. */
  | { kind: "intake"; asset: Asset }
  /** A new run: from an asset before the cut on, or the cut alone. */
  | { kind: "begin"; name: string; from: number; onlyCut: boolean }
  /** An asset behind the cut, alone or with all behind it. */
  | { kind: "rest"; asset: Asset; only: boolean };

/** @throws AssetRefused */
export function chosen(assets: readonly Asset[], { only, from }: Pick<RunRequest, "only" | "from">): Choice {
  if (only !== undefined && from !== undefined) throw new AssetRefused("one asset alone and all from one on cannot be asked for at once");
  const name = only ?? from;
  if (name === undefined) return { kind: "all" };
  if (name === CUT.name) return { kind: "begin", name, from: assets.length, onlyCut: only !== undefined };
  const index = assets.findIndex((asset) => asset.name === name);
  const asset = assets[index];
  if (!asset) throw new AssetRefused(`there is no asset "${name}": there are ${[...new Set([...assets.filter((one) => one.stage === "before cut").map((one) => one.name), CUT.name, ...assets.map((one) => one.name)])].join(", ")}`);
  if (asset.stage !== "before cut") return { kind: "rest", asset, only: only !== undefined };
  return only === undefined ? { kind: "begin", name, from: index, onlyCut: false } : { kind: "intake", asset };
}

/** @throws AssetRefused when the asset's inputs are not there, or readers see what it would write. */
export function assertTurn(assets: readonly Asset[], open: OpenRun, asset: Asset, only: boolean): void {
  if (asset.stage === "build" && open.done.has("publish")) throw new AssetRefused(`the build of the open run is published: "${asset.name}" would change what readers see; "--only cut" begins another`);
  if (!only) return;
  const missing = asset.after.filter((name) => !open.done.has(name));
  // Others that stop the run may stand between it and the asset without handing it anything.
  if (asset.name === "publish") missing.push(...assets.filter((one) => one.stage === "build" && one !== asset && !one.optional && !open.done.has(one.name) && !missing.includes(one.name)).map((one) => one.name));
  if (missing.length > 0) throw new AssetRefused(`"${asset.name}" needs ${missing.map((name) => `"${name}"`).join(", ")} first: the open run has not made ${missing.length === 1 ? "it" : "them"} yet`);
}

/** The asset, and what was made of its output: with it alone those that need it, else all that stand behind it. */
export function dependents(assets: readonly Asset[], asset: Asset, only: boolean): Set<string> {
  if (!only) return new Set(assets.slice(assets.indexOf(asset)).map((one) => one.name));
  const found = new Set([asset.name]);
  for (const one of assets) if (one.after.some((name) => found.has(name))) found.add(one.name);
  return found;
}

const readLatestRun = query({
  name: "pipeline.readLatestRun",
  text: "select run_id, state, reason, build_id, started_at from ops.pipeline_run order by started_at desc, run_id desc limit 1",
  params: [],
  row: { run_id: "uuid", state: "text", reason: "text?", build_id: "uuid?", started_at: "timestamptz" },
  budget: { access: "index", maxRows: 1 },
});

const readRunOfBuild = query({
  name: "pipeline.readRunOfBuild",
  text: "select b.run_id, r.started_at from ops.build b join ops.pipeline_run r using (run_id) where b.build_id = $1",
  params: ["uuid"],
  row: { run_id: "uuid", started_at: "timestamptz" },
  budget: { access: "index", maxRows: 1 },
});

const readLastLook = query({
  name: "pipeline.readLastLook",
  text: "select max(started_at) as at from ops.asset_run where asset = 'capture' and state = 'DONE'",
  params: [],
  row: { at: "timestamptz?" },
  budget: { access: "scan", maxRows: 1 },
});

export async function latestRun(warehouse: Database): Promise<{ runId: string; state: string; reason: string | null; buildId: string | null } | undefined> {
  const row = await warehouse.maybeOne(readLatestRun, []);
  return row && { runId: row.run_id, state: row.state, reason: row.reason, buildId: row.build_id };
}

/** The run that made what is published, as if it were open: what follows a publish can be done again for it. */
export async function publishedRun(warehouse: Database): Promise<OpenRun | undefined> {
  const pointer = await warehouse.maybeOne(readPointer, []);
  const run = pointer && (await warehouse.maybeOne(readRunOfBuild, [pointer.build_id]));
  if (!run) return undefined;
  const done = new Map((await listAssets(warehouse, run.run_id)).filter((record) => record.state !== "RUNNING").map((record) => [record.asset, record.output]));
  const cut = done.get(CUT.name) as CutOutput | undefined;
  return cut && { runId: run.run_id, cut, done, resumed: true, startedAt: run.started_at };
}

/** When capture was last asked to catch up, and did: raw holds what had committed by then. */
export async function lookedAt(warehouse: Database): Promise<Date> {
  return (await warehouse.one(readLastLook, [])).at ?? new Date(0);
}

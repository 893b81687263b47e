import { setTimeout as sleep } from "node:timers/promises";
import { engineSettings } from "#platform/engineSettings.ts";
import { createLog } from "#platform/log.ts";
import { SetupError } from "#platform/postgres/setupError.ts";
import { ASSETS, ASSETS_OF_ENGINE } from "#warehouse/pipeline/assets/assets.ts";
import { catalogueOf } from "#warehouse/pipeline/catalogue.ts";
import { statusTable } from "#warehouse/pipeline/statusTable.ts";
import { DATA_DIR, dayOption, textOption, type Command, type OptionValues } from "../cli/command.ts";
import { createProgress, type Progress } from "../cli/progress.ts";
import { reachEngine } from "../serve/engineFinding.ts";
import { openInstallation } from "../install/installation.ts";
import { openPipeline, runPipelineStep, type InstalledPipeline } from "../install/pipeline.ts";

const TRAIN = ["auto", "force", "never"] as const;

export const command: Command = {
  name: "pipeline",
  usage: "run|status|assets|backfill|rollback",
  summary: "catches up with the shop, builds, checks and publishes; tells how it stands; goes back to the build before",
  options: {
    ...DATA_DIR,
    train: { type: "string", value: "<auto|force|never>", help: "run: train the models; auto trains what has no champion (default auto)" },
    force: { type: "boolean", help: "run: build even though nothing changed" },
    only: { type: "string", value: "<asset>", help: "run: this asset alone, in the run that is open; for orchestrators that call one after the other" },
    from: { type: "string", value: "<asset|day>", help: "run: this asset and all behind it; backfill: the first business day, 2011-03-01" },
    to: { type: "string", value: "<day>", help: "backfill: the day after the last one" },
    watch: { type: "boolean", help: "status: show the run that is under way until it is over" },
  },
  examples: [
    "martgraph pipeline run", "martgraph pipeline run --only dbt --json", "martgraph pipeline assets", "martgraph pipeline status --watch",
    "martgraph pipeline backfill --from 2011-03-01 --to 2011-04-01", "martgraph pipeline rollback",
  ],
  async run(values, positionals) {
    const [verb = "", ...rest] = positionals;
    const json = values["json"] === true;
    if (verb === "assets" && rest.length === 0) return printAssets(json);
    const work = Object.hasOwn(VERBS, verb) ? VERBS[verb] : undefined;
    if (!work || rest.length > 0) throw new SetupError(`martgraph pipeline takes run, status, assets, backfill or rollback, not "${positionals.join(" ")}".`);
    const train = textOption(values, "train") ?? "auto";
    if (!isTrain(train)) throw new SetupError(`--train is "${train}"; it takes auto, force or never.`);
    const window = verb === "backfill" ? readWindow(values) : undefined;
    const progress = createProgress(json);
    if (verb === "run" || verb === "rollback") await reachEngine(progress);
    const installation = await openInstallation({ dataDir: textOption(values, "data-dir"), progress, log: createLog("pipeline"), attach: true });
    const stop = () => void installation.lifecycle.close();
    process.once("SIGINT", stop).once("SIGTERM", stop);
    try {
      return await work({ pipeline: await openPipeline(installation), train, values, window, progress, json, signal: installation.lifecycle.signal });
    } finally {
      await installation.lifecycle.close();
    }
  },
};

type Train = (typeof TRAIN)[number];
const isTrain = (text: string): text is Train => (TRAIN as readonly string[]).includes(text);

interface Window {
  from: string;
  to: string;
}

/** @throws SetupError */
function readWindow(values: OptionValues): Window {
  const from = dayOption(values, "from");
  const to = dayOption(values, "to");
  if (from === undefined || to === undefined) throw new SetupError("martgraph pipeline backfill takes --from and --to: the first business day, and the day after the last one.");
  if (from >= to) throw new SetupError(`--from ${from} does not lie before --to ${to}: --to is the day after the last one.`);
  return { from, to };
}

interface Work {
  pipeline: InstalledPipeline;
  train: Train;
  values: OptionValues;
  window: Window | undefined;
  progress: Progress;
  json: boolean;
  signal: AbortSignal;
}

const WATCH_MS = 1_000;

const VERBS: Readonly<Record<string, (work: Work) => Promise<number>>> = {
  async run({ pipeline, train, values, progress, json, signal }) {
    const only = textOption(values, "only");
    const from = textOption(values, "from");
    if (only === undefined || !LIGHT.has(only)) pipeline.warm();
    const result = await runPipelineStep(pipeline, { trigger: "manual", train, force: values["force"] === true, ...(only ? { only } : {}), ...(from ? { from } : {}) }, progress, signal);
    if (json) process.stdout.write(`${JSON.stringify(result)}\n`);
    return result.state === "FAILED" || result.state === "REJECTED" ? 1 : 0;
  },
  async backfill({ pipeline, window, train, progress, json, signal }) {
    pipeline.warm();
    const asked = window as Window;
    await pipeline.backfill(asked);
    const result = await runPipelineStep(pipeline, { trigger: "backfill", train }, progress, signal);
    if (json) process.stdout.write(`${JSON.stringify({ ...result, window: asked })}\n`);
    return result.state === "FAILED" || result.state === "REJECTED" ? 1 : 0;
  },
  async status({ pipeline, values, json, signal }) {
    const live = values["watch"] === true && !json;
    for (let drawn = 0; ; await sleep(WATCH_MS, undefined, { signal })) {
      const status = await pipeline.status();
      if (json) {
        process.stdout.write(`${JSON.stringify(status, plain)}\n`);
        return 0;
      }
      const text = `${statusTable(status, new Date())}\n`;
      const redraw = live && process.stdout.isTTY && drawn > 0 ? `\x1b[${drawn}A\x1b[0J` : "";
      process.stdout.write(`${redraw}${text}`);
      if (!live || status.runs[0]?.state !== "RUNNING") return 0;
      drawn = text.split("\n").length - 1;
    }
  },
  async rollback({ pipeline, json, progress }) {
    const published = await pipeline.rollback();
    if (json) process.stdout.write(`${JSON.stringify(published, plain)}\n`);
    else progress.note(`  Rolled back: build ${published.buildId} is published again.`);
    return 0;
  },
};

/** What needs neither dbt nor Great Expectations, which take seconds to load. */
const LIGHT: ReadonlySet<string> = new Set(["capture", "cut", "mirror", "train", "score", "publish"]);

const plain = (_key: string, value: unknown) => (typeof value === "bigint" ? Number(value) : value);

function printAssets(json: boolean): number {
  const assets = catalogueOf(engineSettings().engine === "bigquery" ? ASSETS_OF_ENGINE : ASSETS);
  if (json) process.stdout.write(`${JSON.stringify(assets)}\n`);
  else {
    const width = Math.max(...assets.map((asset) => asset.name.length));
    for (const { name, what, after, optional, stage } of assets) {
      process.stdout.write(`  ${name.padEnd(width)}  ${what}${optional || stage === "after publish" ? " (stops nothing)" : ""}${after.length > 0 ? `; after ${after.join(", ")}` : ""}\n`);
    }
  }
  return 0;
}

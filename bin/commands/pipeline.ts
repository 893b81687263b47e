import { createLog } from "#platform/log.ts";
import { SetupError } from "#platform/postgres/setupError.ts";
import { DATA_DIR, textOption, type Command, type OptionValues } from "../cli/command.ts";
import { createProgress, type Progress } from "../cli/progress.ts";
import { openInstallation } from "../install/installation.ts";
import { openPipeline, runPipelineStep, type InstalledPipeline } from "../install/pipeline.ts";

const TRAIN = ["auto", "force", "never"] as const;

export const command: Command = {
  name: "pipeline",
  usage: "run|status|rollback",
  summary: "catches up with the shop, builds, checks and publishes; tells how it stands; goes back to the build before",
  options: {
    ...DATA_DIR,
    train: { type: "string", value: "<auto|force|never>", help: "run: train the models; auto trains what has no champion (default auto)" },
    force: { type: "boolean", help: "run: build even though nothing changed" },
  },
  examples: ["martgraph pipeline run", "martgraph pipeline status --json", "martgraph pipeline rollback"],
  async run(values, positionals) {
    const [verb = "", ...rest] = positionals;
    const work = Object.hasOwn(VERBS, verb) ? VERBS[verb] : undefined;
    if (!work || rest.length > 0) throw new SetupError(`martgraph pipeline takes run, status or rollback, not "${positionals.join(" ")}".`);
    const train = textOption(values, "train") ?? "auto";
    if (!isTrain(train)) throw new SetupError(`--train is "${train}"; it takes auto, force or never.`);
    const json = values["json"] === true;
    const progress = createProgress(json);
    const installation = await openInstallation({ dataDir: textOption(values, "data-dir"), progress, log: createLog("pipeline"), attach: true });
    const stop = () => void installation.lifecycle.close();
    process.once("SIGINT", stop).once("SIGTERM", stop);
    try {
      return await work({ pipeline: await openPipeline(installation), train, values, progress, json, signal: installation.lifecycle.signal });
    } finally {
      await installation.lifecycle.close();
    }
  },
};

type Train = (typeof TRAIN)[number];
const isTrain = (text: string): text is Train => (TRAIN as readonly string[]).includes(text);

interface Work {
  pipeline: InstalledPipeline;
  train: Train;
  values: OptionValues;
  progress: Progress;
  json: boolean;
  signal: AbortSignal;
}

const VERBS: Readonly<Record<string, (work: Work) => Promise<number>>> = {
  async run({ pipeline, train, values, progress, json, signal }) {
    pipeline.warm();
    const result = await runPipelineStep(pipeline, { trigger: "manual", train, force: values["force"] === true }, progress, signal);
    if (json) process.stdout.write(`${JSON.stringify(result)}\n`);
    return result.state === "SUCCEEDED" || result.state === "NOTHING_TO_DO" ? 0 : 1;
  },
  async status({ pipeline, json }) {
    const status = await pipeline.status();
    if (json) {
      process.stdout.write(`${JSON.stringify(status, (_key, value: unknown) => (typeof value === "bigint" ? Number(value) : value))}\n`);
      return 0;
    }
    const { published, runs } = status;
    const lines = [
      published
        ? `  Published: build ${published.buildId} in slot ${published.slot}, as of ${published.asOf.toISOString()} (business time ${published.businessAsOf.toISOString()}), ${published.checks} checks, ${published.warnings} warnings${published.heldAt ? "; held by a rollback" : ""}`
        : "  Published: nothing yet",
      ...runs.map((run) => `  ${run.startedAt.toISOString()}  ${run.trigger.padEnd(9)} ${run.state.padEnd(14)} ${run.reason ?? ""}`),
    ];
    process.stdout.write(`${lines.join("\n")}\n`);
    return 0;
  },
  async rollback({ pipeline, json, progress }) {
    const published = await pipeline.rollback();
    if (json) process.stdout.write(`${JSON.stringify(published, (_key, value: unknown) => (typeof value === "bigint" ? Number(value) : value))}\n`);
    else progress.note(`  Rolled back: build ${published.buildId} is published again.`);
    return 0;
  },
};

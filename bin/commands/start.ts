import { alertSettings, lineageSettings, scheduleSettings, stripeSettings, tellingSettings } from "#platform/config.ts";
import { engineSettings } from "#platform/engineSettings.ts";
import { createLog } from "#platform/log.ts";
import { SetupError } from "#platform/postgres/setupError.ts";
import { DATA_DIR, instantOption, integerOption, textOption, type Command, type OptionValues } from "../cli/command.ts";
import { assertPortFree } from "../cli/ports.ts";
import { createProgress, type Progress } from "../cli/progress.ts";
import { assertDataFolder, fillShop } from "../install/fill.ts";
import { prepareAccounts } from "../install/accounts.ts";
import { openInstallation, type Installation } from "../install/installation.ts";
import { openPipeline, runPipelineStep } from "../install/pipeline.ts";
import { writePrivate } from "../install/dataDir.ts";
import { reachEngine } from "../serve/engineFinding.ts";
import { loadServing, serveGraph } from "../serve/serveGraph.ts";
import { readySummary } from "../serve/readySummary.ts";

export const command: Command = {
  name: "start",
  summary: "brings everything up: databases, shop, warehouse, models, and one GraphQL endpoint",
  options: {
    ...DATA_DIR,
    data: { type: "string", value: "<folder>", help: "fill the shop from the real Online Retail II files in this folder (default: our seeded generator)" },
    clock: { type: "string", value: "<instant>", help: "the business time the shop begins at, ISO 8601 (default: the day after the last invoice)" },
    reset: { type: "boolean", help: "throw the present installation away first" },
    seed: { type: "string", value: "<number>", help: "seed of the generator (default 1)" },
    size: { type: "string", value: "<tiny|demo>", help: "how large a shop the generator makes (default demo)" },
    port: { type: "string", value: "<port>", help: "port of the GraphQL endpoint (default 4000; 0 takes a free one)" },
    host: { type: "string", value: "<address>", help: "address to listen on (default 127.0.0.1)" },
    "pg-port": { type: "string", value: "<port>", help: "open PostgreSQL on this loopback port for BI tools" },
    "build-every": { type: "string", value: "<minutes>", help: "build and publish when something changed, every so many minutes (default 1; 0 never)" },
    split: { type: "boolean", help: "six processes over HTTP instead of one" },
  },
  examples: ["martgraph start", "martgraph start --data ../shared/data/online_retail_ii --reset", "martgraph start --split --pg-port 15432"],
  run,
};

async function run(values: OptionValues): Promise<number> {
  const json = values["json"] === true;
  const settings = readSettings(values);
  stripeSettings(); // wrong ones stop the start before anything is touched
  if (settings.data !== undefined) await assertDataFolder(settings.data);
  const progress = createProgress(json);
  const log = createLog("start");
  const asked = new Promise<string>((resolve) => {
    // Again and again Ctrl-C must not cut the orderly stop short.
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => resolve(signal));
  });
  await assertPortFree(settings.port, settings.host);
  await reachEngine(progress);
  if (!settings.split) void loadServing().catch(() => {}); // whoever serves hears of it again
  const installation = await openInstallation({
    dataDir: textOption(values, "data-dir"),
    progress,
    log,
    reset: values["reset"] === true,
    ...(settings.pgPort === undefined ? {} : { pgPort: settings.pgPort }),
  });
  let exitCode = 0;
  try {
    const stopped = await Promise.race([bringUp(installation, settings, progress, json).then(() => undefined), asked]);
    const why = stopped ?? (await Promise.race([asked, installation.serverLost.then(() => "database" as const)]));
    if (why === "database") {
      // Said before the stopping: parts that wait for the database take their time.
      const sentence = "PostgreSQL went away: it was stopped or killed from outside. Start again; what was ordered is kept.";
      process.stderr.write(json ? `${JSON.stringify({ error: sentence })}\n` : `\nmartgraph: ${sentence}\n`);
      exitCode = 1;
    } else if (!json) process.stdout.write("\n  Stopping ...\n");
  } finally {
    await installation.lifecycle.close();
  }
  if (!json && exitCode === 0) process.stdout.write("  Stopped.\n");
  return exitCode;
}

interface StartSettings {
  data: string | undefined;
  clock: Date | undefined;
  seed: number;
  size: "tiny" | "demo";
  port: number;
  host: string;
  pgPort: number | undefined;
  buildEvery: number;
  split: boolean;
}

function readSettings(values: OptionValues): StartSettings {
  engineSettings();
  scheduleSettings();
  lineageSettings();
  alertSettings();
  tellingSettings(); // a wrong setting is said now, not when everything is up
  const clock = instantOption(values, "clock");
  const size = textOption(values, "size") ?? "demo";
  if (size !== "tiny" && size !== "demo") throw new SetupError(`--size is "${size}"; it takes tiny or demo.`);
  return {
    data: textOption(values, "data"),
    clock,
    seed: integerOption(values, "seed", 1, 0, 2 ** 31),
    size,
    port: integerOption(values, "port", 4000, 0, 65_535),
    host: textOption(values, "host") ?? "127.0.0.1",
    pgPort: values["pg-port"] === undefined ? undefined : integerOption(values, "pg-port", 0, 1024, 65_535),
    buildEvery: integerOption(values, "build-every", 1, 0, 1_440),
    split: values["split"] === true,
  };
}

async function bringUp(installation: Installation, settings: StartSettings, progress: Progress, json: boolean): Promise<void> {
  const { lifecycle } = installation;
  if (!json) progress.note("");
  writeRuntime(installation);
  const pipeline = await openPipeline(installation);
  const isFirst = (await pipeline.status()).published === undefined;
  if (isFirst) pipeline.warm();
  await fillShop(installation, settings, progress);
  const accounts = await prepareAccounts(installation, progress);
  if (isFirst) {
    // A refused or failed first build is no reason not to sell: the graph serves, analytics say that nothing is published.
    await runPipelineStep(pipeline, { trigger: "start", train: "auto" }, progress, lifecycle.signal);
  }
  const graph = await progress.step(settings.split ? "Serve the graph (gateway and five subgraphs, six processes)" : "Serve the graph (one process)", async () => {
    const served = await serveGraph(installation, settings);
    return { value: served, note: served.url };
  });
  writeRuntime(installation, graph.url);
  if (settings.buildEvery > 0) await pipeline.schedule(settings.buildEvery);
  readySummary({ installation, accounts, url: graph.url, json });
  if (settings.buildEvery > 0) pipeline.warm();
  pipeline.prepareNext();
}

function writeRuntime(installation: Installation, url?: string): void {
  const { databases, dir, lifecycle } = installation;
  writePrivate(dir.runtimeFile, JSON.stringify({ pid: process.pid, shop: databases.shop, warehouse: databases.warehouse, ...(url ? { url } : {}) }));
  if (!url) lifecycle.onClose("runtime file", async () => (await import("../install/dataDir.ts")).removeRuntime(dir));
}

import { createLog } from "#platform/log.ts";
import { SetupError } from "#platform/postgres/setupError.ts";
import { DATA_DIR, instantOption, integerOption, type OptionValues, textOption, type Command } from "../cli/command.ts";
import { createProgress } from "../cli/progress.ts";
import { assertDataFolder, fillShop } from "../install/fill.ts";
import { assertImportFolder, importFolder, readMappingFile } from "../install/importFolder.ts";
import { openInstallation } from "../install/installation.ts";

export const command: Command = {
  name: "import",
  summary: "brings files of other systems in by a mapping, or fills an empty shop from Online Retail II files",
  options: {
    ...DATA_DIR,
    mapping: { type: "string", value: "<file>", help: "what the files' columns mean (docs/importing.md), or the name of a mapping that comes along: luma" },
    from: { type: "string", value: "<folder>", help: "the folder that holds the mapping's files" },
    check: { type: "boolean", help: "only look what the import would do" },
    "reject-all": { type: "boolean", help: "take nothing at all when a row would be refused" },
    vendor: { type: "string", value: "<slug>", help: "the vendor whose products they are (default: the whole shop's)" },
    data: { type: "string", value: "<folder>", help: "instead of a mapping: the folder that holds the Online Retail II .csv.gz files, for an empty shop" },
    clock: { type: "string", value: "<instant>", help: "the business time the shop begins at, ISO 8601 (default: the day after the last invoice)" },
    seed: { type: "string", value: "<number>", help: "seed of ids, vendors and stock levels (default 1)" },
    reset: { type: "boolean", help: "throw the present installation away first" },
  },
  examples: ["martgraph import --mapping luma --from ../shared/data/luma --check", "martgraph import --data ../shared/data/online_retail_ii"],
  async run(values) {
    const data = textOption(values, "data");
    const mapping = textOption(values, "mapping");
    if ((data === undefined) === (mapping === undefined)) throw new SetupError("Give --mapping with --from, or --data: martgraph import --help tells more.");
    if (mapping !== undefined) return importByMapping(mapping, values);
    if (data === undefined) return 1;
    const clock = instantOption(values, "clock");
    const seed = integerOption(values, "seed", 1, 0, 2 ** 31);
    await assertDataFolder(data);
    const json = values["json"] === true;
    const progress = createProgress(json);
    const installation = await openInstallation({ dataDir: textOption(values, "data-dir"), progress, log: createLog("import"), reset: values["reset"] === true });
    const stop = () => void installation.lifecycle.close();
    process.once("SIGINT", stop).once("SIGTERM", stop);
    try {
      const report = await fillShop(installation, { data, clock, seed, size: "demo" }, progress);
      if (json) process.stdout.write(`${JSON.stringify(report, (_key, value: unknown) => (typeof value === "bigint" ? Number(value) : value))}\n`);
      return 0;
    } finally {
      await installation.lifecycle.close();
    }
  },
};

async function importByMapping(mapping: string, values: OptionValues): Promise<number> {
  const from = textOption(values, "from");
  if (from === undefined) throw new SetupError("--from is missing: name the folder that holds the mapping's files.");
  for (const name of ["clock", "seed", "reset"]) if (values[name] !== undefined) throw new SetupError(`--${name} belongs to --data: an import by a mapping goes into the shop as it is.`);
  readMappingFile(mapping);
  assertImportFolder(from);
  const json = values["json"] === true;
  const progress = createProgress(json);
  const asked = new AbortController();
  // Again and again Ctrl-C must not cut the orderly stop short: pools are closed when nothing uses them any more.
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => asked.abort());
  const installation = await openInstallation({ dataDir: textOption(values, "data-dir"), progress, log: createLog("import"), attach: true });
  try {
    const { job, report } = await importFolder(installation, { mapping, from, check: values["check"] === true, rejectAll: values["reject-all"] === true, vendor: textOption(values, "vendor") }, progress, asked.signal);
    const { created, updated, unchanged, refused, state, problem } = job;
    if (json) process.stdout.write(`${JSON.stringify({ state, problem, created: Number(created), updated: Number(updated), unchanged: Number(unchanged), refused: Number(refused), report })}\n`);
    return state === "DONE" ? 0 : 1;
  } finally {
    await installation.lifecycle.close();
  }
}

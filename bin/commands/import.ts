import { createLog } from "#platform/log.ts";
import { SetupError } from "#platform/postgres/setupError.ts";
import { DATA_DIR, instantOption, integerOption, textOption, type Command } from "../cli/command.ts";
import { createProgress } from "../cli/progress.ts";
import { assertDataFolder, fillShop } from "../install/fill.ts";
import { openInstallation } from "../install/installation.ts";

export const command: Command = {
  name: "import",
  summary: "fills an empty shop from real Online Retail II files, and nothing else",
  options: {
    ...DATA_DIR,
    data: { type: "string", value: "<folder>", help: "the folder that holds the .csv.gz files" },
    clock: { type: "string", value: "<instant>", help: "the business time the shop begins at, ISO 8601 (default: the day after the last invoice)" },
    seed: { type: "string", value: "<number>", help: "seed of ids, vendors and stock levels (default 1)" },
    reset: { type: "boolean", help: "throw the present installation away first" },
  },
  examples: ["martgraph import --data ../shared/data/online_retail_ii"],
  async run(values) {
    const data = textOption(values, "data");
    if (data === undefined) throw new SetupError("--data is missing: name the folder that holds the Online Retail II .csv.gz files.");
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

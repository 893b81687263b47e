import { wallClock } from "#platform/clock.ts";
import { lakeSettings } from "#platform/config.ts";
import { Database } from "#platform/db/database.ts";
import { createFileStore } from "#platform/objects/fileStore.ts";
import { createLog } from "#platform/log.ts";
import { openObjectStore } from "#platform/objects/open.ts";
import { SetupError } from "#platform/postgres/setupError.ts";
import { exportLake, listExports, pruneLake } from "#warehouse/lake/exportLake.ts";
import { DATA_DIR, integerOption, textOption, type Command } from "../cli/command.ts";
import { createProgress } from "../cli/progress.ts";
import { openInstallation } from "../install/installation.ts";
import { objectsOf } from "../install/objects.ts";

export const command: Command = {
  name: "lake",
  usage: "export|list|prune",
  summary: "exports the published build as Parquet files with a manifest; lists the exports; removes old ones",
  options: {
    ...DATA_DIR,
    to: { type: "string", value: "<folder>", help: "a folder instead of the object store" },
    keep: { type: "string", value: "<exports>", help: "prune: how many of the newest stay (default MARTGRAPH_LAKE_KEEP, 7)" },
  },
  examples: ["martgraph lake export", "martgraph lake export --to /data/lake", "martgraph lake list --json"],
  async run(values, [verb = "list", ...rest]) {
    if (!["export", "list", "prune"].includes(verb) || rest.length > 0) throw new SetupError(`"lake ${[verb, ...rest].join(" ")}" is not known: it is lake export, list or prune.`);
    const json = values["json"] === true;
    const keep = integerOption(values, "keep", lakeSettings().keep, 1, 1_000);
    const progress = createProgress(json);
    const log = createLog("lake");
    const installation = await openInstallation({ dataDir: textOption(values, "data-dir"), progress, log, attach: true });
    const folder = textOption(values, "to");
    const store = folder === undefined ? await openObjectStore(objectsOf(installation)) : createFileStore({ dir: folder });
    const warehouse = Database.open(installation.databases.as("martgraph_builder", { max: 2, applicationName: "martgraph lake" }), { onError: (error) => log.warn({ error }, "idle connection lost") });
    const tell = (answer: object, lines: readonly string[]) => void process.stdout.write(json ? `${JSON.stringify(answer)}\n` : lines.map((line) => `  ${line}\n`).join(""));
    try {
      if (verb === "export") {
        const { prefix, manifest } = await exportLake({ warehouse, store, clock: wallClock }, { onTable: ({ layer, name, rows, files }, seconds) => progress.finished(`Lake: ${layer}.${name}`, { rows, seconds, note: `${files.length} file${files.length === 1 ? "" : "s"}` }) });
        const bytes = manifest.tables.flatMap(({ files }) => files).reduce((sum, file) => sum + file.bytes, 0);
        tell({ prefix, build: manifest.build, tables: manifest.tables.length, rows: manifest.tables.reduce((sum, { rows }) => sum + rows, 0), bytes }, [`${manifest.tables.length} tables of build ${manifest.build.id}, ${(bytes / 1_000_000).toFixed(1)} MB: ${prefix}`]);
      } else if (verb === "prune") {
        const gone = await pruneLake({ warehouse, store }, keep);
        tell({ removed: gone }, gone.length === 0 ? ["Nothing is old."] : gone.map((prefix) => `removed ${prefix}`));
      } else {
        const exports = await listExports(store);
        tell({ exports: exports.map(({ prefix, manifest }) => ({ prefix, build: manifest?.build ?? null, tables: manifest?.tables.length ?? null })) }, exports.length === 0 ? ["There are no exports."] : exports.map(({ prefix, manifest }) => `${prefix}  ${manifest ? `${manifest.tables.length} tables as of ${manifest.build.asOf}` : "broke off"}`));
      }
      return 0;
    } finally {
      await Promise.all([warehouse.close(), store.close()]);
      await installation.lifecycle.close();
    }
  },
};

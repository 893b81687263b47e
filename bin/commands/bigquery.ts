import { join } from "node:path";
import { Database } from "#platform/db/database.ts";
import { query } from "#platform/db/query.ts";
import { engineSettings } from "#platform/engineSettings.ts";
import { createLog } from "#platform/log.ts";
import { SetupError } from "#platform/postgres/setupError.ts";
import { forgetTarget } from "#warehouse/engines/bigquery/shipStatements.ts";
import { withPipelineLock } from "#warehouse/pipeline/lock.ts";
import { findEmulator } from "#warehouse/engines/bigquery/gates/emulator.ts";
import type { TableParity } from "#warehouse/engines/bigquery/parity.ts";
import { type ParityProof, proveParity } from "#warehouse/engines/bigquery/proveParity.ts";
import { DATA_DIR, textOption, type Command, type OptionValues } from "../cli/command.ts";
import { createProgress } from "../cli/progress.ts";
import { openInstallation } from "../install/installation.ts";

const publishedSlot = query({
  name: "bigquery.publishedSlot",
  text: "select slot from ops.pointer",
  params: [],
  row: { slot: "text" },
  budget: { access: "index", maxRows: 1 },
});

export const command: Command = {
  name: "bigquery",
  usage: "parity|forget",
  summary: "builds the published marts and features a second time, on a BigQuery emulator, and compares them row by row; forgets what was shipped to BigQuery",
  options: { ...DATA_DIR, models: { type: "string", value: "<names>", help: "only these marts and features, with commas between them, and what they read" } },
  examples: ["martgraph bigquery parity", "martgraph bigquery parity --models fct_orders,dim_vendors --json", "martgraph bigquery forget"],
  async run(values, positionals) {
    if (positionals.join(" ") === "forget") return forget(values);
    if (positionals.join(" ") !== "parity") throw new SetupError(`martgraph bigquery takes parity or forget, not "${positionals.join(" ")}".`);
    if (engineSettings().engine === "bigquery") throw new SetupError("Nothing was compared: BigQuery is the engine, so PostgreSQL has built nothing to compare with.");
    const json = values["json"] === true;
    const models = textOption(values, "models")?.split(",").map((name) => name.trim()).filter((name) => name !== "");
    const progress = createProgress(json);
    const found = await findEmulator();
    if ("missing" in found) throw new SetupError(`Nothing was compared: ${found.missing}.`);
    const log = createLog("bigquery");
    const installation = await openInstallation({ dataDir: textOption(values, "data-dir"), progress, log, attach: true });
    const warehouse = Database.open(installation.databases.as("martgraph_builder", { max: 6, applicationName: "martgraph bigquery" }), { onError: (error) => log.warn({ error }, "idle connection lost") });
    try {
      const published = await warehouse.maybeOne(publishedSlot, []);
      if (!published) throw new SetupError("Nothing is published yet that could be compared: run martgraph pipeline run first.");
      const proof = await proveParity({
        warehouse, python: found.python, slot: published.slot as "a" | "b", ...(models?.length ? { models } : {}), stateDir: join(installation.dir.stateDir, `parity-${process.pid}`), log, signal: installation.lifecycle.signal,
        onShipped: ({ rowsByTable }, seconds) => progress.finished("Shipped raw", { rows: Object.values(rowsByTable).reduce((sum, rows) => sum + rows, 0), seconds }),
      });
      process.stdout.write(json ? `${JSON.stringify(proof)}\n` : parityText(proof));
      return proof.equal ? 0 : 1;
    } finally {
      await warehouse.close();
      await installation.lifecycle.close();
    }
  },
};

/** For when the datasets were dropped or came back from elsewhere: the next run copies raw anew, and builds both slots from nothing. */
async function forget(values: OptionValues): Promise<number> {
  const settings = engineSettings();
  if (settings.engine !== "bigquery") throw new SetupError("There is nothing to forget: MARTGRAPH_ENGINE is not bigquery.");
  const progress = createProgress(values["json"] === true);
  const installation = await openInstallation({ dataDir: textOption(values, "data-dir"), progress, log: createLog("bigquery"), attach: true });
  try {
    const target = `${settings.bigQuery.project}.${settings.bigQuery.datasetPrefix}`;
    await withPipelineLock({ warehouse: installation.owner("warehouse") }, () => installation.owner("warehouse").execute(forgetTarget, [target]));
    progress.finished(`Forgot what was shipped to ${target}`, { note: "the next run begins there from nothing", seconds: 0 });
    return 0;
  } finally {
    await installation.lifecycle.close();
  }
}

/** The report as a person reads it: a line per table, differences below theirs, the verdict last. */
export function parityText({ tables, left, rows, differing, equal, seconds }: ParityProof): string {
  const width = Math.max(...tables.map(({ table }) => table.length), 5);
  const line = ({ table, rows: { postgres, bigquery }, differing: count, differences, hash }: TableParity) => [
    `  ${table.padEnd(width)}  ${String(postgres).padStart(8)}  ${count === 0 ? "equal" : `${count} differ`}${bigquery === postgres ? "" : ` (${bigquery} rows in BigQuery)`}  ${hash.postgres.slice(0, 12)}`,
    ...differences.map((difference) => `      ${difference.key} ${difference.column ?? "row"}: PostgreSQL ${difference.postgres ?? "null"}, BigQuery ${difference.bigquery ?? "null"}`),
  ];
  return [
    ...tables.flatMap(line),
    ...left.map(({ table, reason }) => `  ${table.padEnd(width)}  not compared: ${reason}`),
    "",
    `  ${equal ? "Equal" : "NOT equal"}: ${tables.length} tables, ${rows} rows, ${differing} differ; ${left.length} not compared. Built in ${seconds.build.toFixed(0)} s on the emulator.`,
    "",
  ].join("\n");
}

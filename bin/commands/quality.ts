import { join, resolve } from "node:path";
import { Database } from "#platform/db/database.ts";
import { createLog } from "#platform/log.ts";
import { SetupError } from "#platform/postgres/setupError.ts";
import { readLatestJudged, writeAcceptance } from "#warehouse/quality/statements.ts";
import { DATA_DIR, textOption, type Command, type OptionValues } from "../cli/command.ts";
import { createProgress } from "../cli/progress.ts";
import { writePrivate } from "../install/dataDir.ts";
import { openInstallation, type Installation } from "../install/installation.ts";
import { readReportData } from "../quality/reportData.ts";
import { reportPage } from "../quality/reportPage.ts";

const MIN_REASON = 5;

export const command: Command = {
  name: "quality",
  usage: "report|accept",
  summary: "shows what the checks found as one page or as JSON; says that an anomaly is how the shop really was",
  options: {
    ...DATA_DIR,
    out: { type: "string", value: "<file>", help: "report: where the page goes (default quality.html in the data directory)" },
    reason: { type: "string", value: "<text>", help: "accept: why the anomalies of the refused build are no fault" },
  },
  examples: ["martgraph quality report --out quality.html", "martgraph quality report --json", 'martgraph quality accept --reason "the shop was shut on Friday"'],
  async run(values, positionals) {
    const [verb = "", ...rest] = positionals;
    const work = Object.hasOwn(VERBS, verb) ? VERBS[verb] : undefined;
    if (!work || rest.length > 0) throw new SetupError(`martgraph quality takes report or accept, not "${positionals.join(" ")}".`);
    const installation = await openInstallation({ dataDir: textOption(values, "data-dir"), progress: createProgress(values["json"] === true), log: createLog("quality"), attach: true });
    try {
      return await work(installation, values);
    } finally {
      await installation.lifecycle.close();
    }
  },
};

const VERBS: Readonly<Record<string, (installation: Installation, values: OptionValues) => Promise<number>>> = {
  async report(installation, values) {
    const data = await withWarehouse(installation, (db) => readReportData(db, new Date()));
    if (values["json"] === true) {
      process.stdout.write(`${JSON.stringify(data)}\n`);
      return 0;
    }
    const out = textOption(values, "out");
    const file = out === undefined ? join(installation.dir.root, "quality.html") : resolve(out);
    writePrivate(file, reportPage(data));
    const { latest } = data;
    process.stdout.write(`  ${file}\n  ${latest ? `latest build ${latest.state.toLowerCase()}: ${latest.total} checks, ${latest.red} critical and red, ${latest.warnings} warnings, ${latest.anomalies.length} anomalies` : "nothing has been judged yet"}\n`);
    return 0;
  },
  async accept(installation, values) {
    const reason = textOption(values, "reason")?.trim() ?? "";
    if (reason.length < MIN_REASON) throw new SetupError("--reason says for later readers why the anomalies are no fault; give a sentence.");
    const accepted = await withWarehouse(installation, async (db) => {
      const latest = await db.maybeOne(readLatestJudged, []);
      if (latest?.state !== "REJECTED") return 0;
      return db.execute(writeAcceptance, [latest.build_id, reason.slice(0, 500)]);
    });
    const count = Number(accepted);
    if (values["json"] === true) process.stdout.write(`${JSON.stringify({ accepted: count })}\n`);
    else process.stdout.write(count === 0 ? "  There is nothing to accept: the latest build was not refused by an anomaly.\n" : `  ${count} accepted. Run martgraph pipeline run to build again.\n`);
    return count === 0 ? 1 : 0;
  },
};

async function withWarehouse<T>({ databases, log }: Installation, work: (db: Database) => Promise<T>): Promise<T> {
  const db = Database.open(databases.as("martgraph_builder", { max: 1, applicationName: "martgraph quality" }), { onError: (error) => log.warn({ error }, "idle connection lost") });
  try {
    return await work(db);
  } finally {
    await db.close();
  }
}

import { createLog } from "#platform/log.ts";
import { Database } from "#platform/db/database.ts";
import { SetupError } from "#platform/postgres/setupError.ts";
import { readCaptureHealth } from "#warehouse/load/captureHealth.ts";
import { DATA_DIR, textOption, type Command } from "../cli/command.ts";
import { createProgress, type Progress } from "../cli/progress.ts";
import { exclusively } from "../install/exclusively.ts";
import { openInstallation, type Installation } from "../install/installation.ts";

export const command: Command = {
  name: "capture",
  usage: "status | drift | accept | resnapshot <schema.table>...",
  summary: "how the shop's changes come into the warehouse: how far behind, what stands in the way, accepts a changed schema, copies tables anew",
  options: DATA_DIR,
  examples: ["martgraph capture status", "martgraph capture drift", "martgraph capture accept", "martgraph capture resnapshot catalog.products orders.orders"],
  async run(values, [verb = "status", ...rest]) {
    const work = Object.hasOwn(VERBS, verb) ? VERBS[verb] : undefined;
    if (!work) throw new SetupError(`"capture ${verb}" is not known: it is capture ${Object.keys(VERBS).join(", ")}.`);
    if (rest.length > 0 && verb !== "resnapshot") throw new SetupError(`martgraph capture ${verb} takes no "${rest.join(" ")}".`);
    const json = values["json"] === true;
    const progress = createProgress(json);
    const installation = await openInstallation({ dataDir: textOption(values, "data-dir"), progress, log: createLog("capture"), attach: true });
    const tell = (answer: unknown, lines: readonly string[]) =>
      void process.stdout.write(json ? `${JSON.stringify(answer, (_key, value: unknown) => (typeof value === "bigint" ? Number(value) : value))}\n` : lines.map((line) => `  ${line}\n`).join(""));
    try {
      return await work({ installation, progress, rest, tell });
    } finally {
      await installation.lifecycle.close();
    }
  },
};

interface Work {
  readonly installation: Installation;
  readonly progress: Progress;
  readonly rest: readonly string[];
  tell(answer: unknown, lines: readonly string[]): void;
}

const VERBS: Readonly<Record<string, (work: Work) => Promise<number>>> = {
  async status({ installation, tell }) {
    const health = await healthOf(installation);
    tell(health ?? null, health ? [`${health.verdict}: ${health.message}`, `raw holds all that the shop committed up to ${health.completeAt.toISOString()}, ${Math.round(health.lagSeconds)} s ago (position ${health.appliedPos})`] : ["Nothing was captured yet: martgraph pipeline run copies the shop."]);
    return health && health.verdict !== "FOLLOWS" ? 1 : 0;
  },
  async drift({ installation, progress, tell }) {
    const drift = await exclusively(installation, progress, (capture) => capture.drift(), { behind: false });
    tell(drift, [
      ...drift.added.map((what) => `+ ${what}: taken up by the next run`),
      ...drift.problems.map((what) => `! ${what}`),
      ...(drift.problems.length > 0 ? ["Nothing is loaded until that is put back in the shop or accepted: martgraph capture accept."] : drift.added.length > 0 ? [] : ["Raw keeps what the shop publishes."]),
    ]);
    return drift.problems.length > 0 ? 1 : 0;
  },
  async accept({ installation, progress, tell }) {
    const accepted = await exclusively(installation, progress, (capture) => capture.acceptDrift(), { behind: false });
    tell({ accepted }, accepted.length === 0 ? ["There is nothing to accept."] : [...accepted.map((what) => `Accepted: ${what}`), "The next run takes up what the shop publishes now."]);
    return 0;
  },
  async resnapshot({ installation, progress, rest, tell }) {
    if (rest.length === 0) throw new SetupError("Name the tables: martgraph capture resnapshot catalog.products");
    const report = await exclusively(installation, progress, (capture) => capture.resnapshot(rest));
    tell(report, [`Copied ${rest.join(", ")} anew and compared in ${report.seconds.toFixed(1)} s: ${rest.map((name) => `${report.rowsByTable[name.replace(".", "__")] ?? 0} rows of ${name}`).join(", ")} were not as in raw, changes of the meantime included.`]);
    return 0;
  },
};

async function healthOf({ databases, lifecycle, log }: Installation) {
  const open = (role: "martgraph_builder" | "martgraph_users") => {
    const db = Database.open(databases.as(role, { max: 1, applicationName: "martgraph capture status" }), { onError: (error) => log.warn({ error }, "idle connection lost") });
    lifecycle.onClose(`capture status ${role}`, () => db.close());
    return db;
  };
  return readCaptureHealth(open("martgraph_users"), open("martgraph_builder"));
}

import { explainUnavailable } from "#platform/db/explainUnavailable.ts";
import { DatabaseUnavailable } from "#platform/db/errors.ts";
import { SetupError } from "#platform/postgres/setupError.ts";
import { ConfigError } from "#platform/config.ts";
import { helpText, parseCommandLine, type Command } from "./cli/command.ts";

/** Commands are loaded when asked for: `--help` must not pay for the gateway's libraries. */
const COMMANDS: Readonly<Record<string, () => Promise<{ command: Command }>>> = {
  start: () => import("./commands/start.ts"),
  import: () => import("./commands/import.ts"),
  pipeline: () => import("./commands/pipeline.ts"),
  quality: () => import("./commands/quality.ts"),
  backup: () => import("./commands/backup.ts"),
  restore: () => import("./commands/restore.ts"),
  train: () => import("./commands/train.ts"),
  files: () => import("./commands/files.ts"),
  capture: () => import("./commands/capture.ts"),
  lake: () => import("./commands/lake.ts"),
  bigquery: () => import("./commands/bigquery.ts"),
  sql: () => import("./commands/sql.ts"),
  doctor: () => import("./commands/doctor.ts"),
  events: () => import("./commands/events.ts"),
  bi: () => import("./commands/bi.ts"),
  docs: () => import("./commands/docs.ts"),
  gen: () => import("./commands/gen.ts"),
};

/** Errors whose message is written for the person at the command line. */
const FOR_PEOPLE = new Set([
  "SetupError",
  "ConfigError",
  "DatabaseUnavailable",
  "MigrationError",
  "DataFileError",
  "TableError",
  "OtherShopData",
  "PipelineBusy",
  "AssetRefused",
  "BackupError",
  "RollbackRefused",
  "CaptureError",
  "DbtError",
  "ExpectationsError",
  "TrainError",
  "WorkerRefused",
  "ToolError",
  "BadSource",
  "SourceMoved",
  "NothingCaptured",
  "SupersetError",
  "NothingToExport",
  "ParityError",
]);

async function main(args: readonly string[]): Promise<number> {
  const [name, ...rest] = args;
  if (name === undefined || name === "--help" || name === "help") {
    await printOverview();
    return 0;
  }
  const load = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (!load) throw new SetupError(`There is no command "${name}": martgraph --help lists them.`);
  const { command } = await load();
  if (rest.includes("--help")) {
    process.stdout.write(`${helpText(command)}\n`);
    return 0;
  }
  const { values, positionals } = parseCommandLine(command, rest);
  return command.run(values, positionals);
}

async function printOverview(): Promise<void> {
  const loaded = await Promise.all(Object.values(COMMANDS).map((load) => load()));
  const width = Math.max(...loaded.map(({ command }) => command.name.length));
  const rows = loaded.map(({ command }) => `  ${command.name.padEnd(width)}  ${command.summary}`);
  process.stdout.write(["martgraph <command> [options]", "", ...rows, "", "  martgraph <command> --help tells more.", ""].join("\n"));
}

function sentence(error: unknown): string {
  const explained = error instanceof Error && "config" in error ? explainUnavailable(error.config as never, error) : error;
  if (explained instanceof SetupError || explained instanceof ConfigError || explained instanceof DatabaseUnavailable) return explained.message;
  if (explained instanceof Error) return FOR_PEOPLE.has(explained.name) ? explained.message : `${explained.message} (unexpected; MARTGRAPH_LOG_LEVEL=debug shows where)`;
  return String(explained);
}

// The launcher holds the other end of this channel: when it is killed nobody waits any more, so stop in order.
process.once("disconnect", () => process.kill(process.pid, "SIGTERM"));
process.channel?.unref();

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(process.argv.includes("--json") ? `${JSON.stringify({ error: sentence(error) })}\n` : `\nmartgraph: ${sentence(error)}\n`);
  process.exitCode = 1;
  // The log itself may be what is set up wrongly, which the sentence has just said.
  const log = await import("#platform/log.ts").then(({ createLog }) => createLog("bin"), () => undefined);
  log?.debug({ error }, "command failed");
}

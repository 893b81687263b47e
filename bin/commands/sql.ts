import { readFileSync } from "node:fs";
import { text as readAll } from "node:stream/consumers";
import { Database } from "#platform/db/database.ts";
import { createLog } from "#platform/log.ts";
import { SetupError } from "#platform/postgres/setupError.ts";
import { isUuid } from "#schema/values/ids.ts";
import type { Asker } from "#warehouse/sql/audience.ts";
import { openSqlGate, placeOf, sizeText, type SqlGate, type SqlRefusal, sqlOnBigQuery } from "#warehouse/sql/gate.ts";
import { isSqlFormat, openSqlOutput, SQL_FORMATS, type SqlOutput } from "../install/sqlOutput.ts";
import { DATA_DIR, integerOption, textOption, type Command, type OptionValues } from "../cli/command.ts";
import { createProgress } from "../cli/progress.ts";
import { openInstallation } from "../install/installation.ts";

export const command: Command = {
  name: "sql",
  usage: "\"select ...\"",
  summary: "asks the published marts with one SELECT: read only, bounded, written down; reads the statement from stdin where none is given",
  options: {
    ...DATA_DIR,
    file: { type: "string", value: "<file>", help: "the statement stands in this file" },
    as: { type: "string", value: "<who>", help: "through whose eyes: analyst (default), vendor:<uuid>, admin (sees ids of people)" },
    format: { type: "string", value: "<table|json|csv|parquet>", help: "json is one object per line; parquet needs --out (default table)" },
    out: { type: "string", value: "<file>", help: "write the answer there" },
    limit: { type: "string", value: "<rows>", help: "most rows, 1 to 10000000 (default 1000; with --out 1000000)" },
    explain: { type: "boolean", help: "do not run: say what it would cost" },
    tables: { type: "boolean", help: "list the tables that may be asked, with their columns" },
    save: { type: "string", value: "<name>", help: "keep the statement under a name, in the place of one of that name" },
    run: { type: "string", value: "<name>", help: "run the statement that was kept under the name" },
  },
  examples: ["martgraph sql \"select placed_date, sum(amount) from fct_order_lines group by 1 order by 1 desc limit 7\"", "martgraph sql --file revenue.sql --format parquet --out revenue.parquet", "martgraph sql --tables"],
  async run(values, positionals) {
    const asker = askerOf(textOption(values, "as") ?? "analyst");
    const progress = createProgress(values["json"] === true, process.stderr);
    const installation = await openInstallation({ dataDir: textOption(values, "data-dir"), progress, log: createLog("sql"), attach: true });
    const { databases, lifecycle, log } = installation;
    const stop = () => void lifecycle.close();
    process.once("SIGINT", stop).once("SIGTERM", stop);
    const control = Database.open(databases.as("martgraph_serving", { max: 2, applicationName: "martgraph sql" }), { onError: (error) => log.warn({ error }, "idle connection lost") });
    lifecycle.onClose("sql ledger", () => control.close());
    const gate = openSqlGate({ control, loginAs: (role) => databases.as(role), log, bigQuery: sqlOnBigQuery() });
    lifecycle.onClose("sql", () => gate.close());
    try {
      if (values["tables"] === true) return await tell(await gate.tables(asker.audience), values);
      const sql = await statementOf(gate, values, positionals);
      if (values["explain"] === true) return await estimate(gate, asker, sql, values, lifecycle.signal);
      return await ask(gate, asker, sql, values, lifecycle.signal);
    } finally {
      await lifecycle.close();
    }
  },
};

function askerOf(who: string): Asker {
  const asker = { actorId: null, source: "CLI" } as const;
  if (who === "analyst") return { ...asker, audience: { kind: "ANALYST", vendorIds: [] } };
  if (who === "admin") return { ...asker, audience: { kind: "PERSONAL", vendorIds: [] } };
  const vendorIds = who.startsWith("vendor:") ? who.slice("vendor:".length).toLowerCase().split(",") : [];
  if (vendorIds.length === 0 || !vendorIds.every(isUuid)) throw new SetupError(`--as is "${who}"; it takes analyst, admin or vendor:<uuid>.`);
  return { ...asker, audience: { kind: "VENDOR", vendorIds } };
}

/** From the command line, a file, the kept ones or stdin: from one of them. */
async function statementOf(gate: SqlGate, values: OptionValues, positionals: readonly string[]): Promise<string> {
  const file = textOption(values, "file");
  const kept = textOption(values, "run");
  const given = [positionals.length > 0, file !== undefined, kept !== undefined].filter(Boolean).length;
  if (given > 1 || positionals.length > 1) throw new SetupError("Give one statement: in quotes, by --file, or by --run.");
  let sql = positionals[0];
  if (file !== undefined) {
    try {
      sql = readFileSync(file, "utf8");
    } catch {
      throw new SetupError(`--file ${file} cannot be read: check the path.`);
    }
  }
  if (kept !== undefined) {
    const found = await findKept(gate, kept);
    if (!found) throw new SetupError(`Nothing was kept under "${kept}": martgraph sql --save "${kept}" "select ..." does.`);
    sql = found.sql;
  }
  if (sql === undefined) {
    if (process.stdin.isTTY) throw new SetupError("Give a statement: martgraph sql \"select ...\", --file, --run, or stdin.");
    sql = await readAll(process.stdin);
  }
  const save = textOption(values, "save");
  if (save !== undefined) {
    if (save.length > 100) throw new SetupError("--save takes a name of at most 100 characters.");
    const present = await findKept(gate, save);
    const outcome = await gate.saved.save(null, { savedId: present?.savedId, name: save, description: present?.description ?? null, sql, isShared: true });
    if (!outcome.ok) throw new SetupError(`The statement was not kept (${outcome.error.code.toLowerCase().replaceAll("_", " ")}): try again.`);
  }
  return sql;
}

async function findKept(gate: SqlGate, name: string) {
  return (await gate.saved.list(null, { shared: false, after: undefined, limit: 100 })).find((one) => one.name === name)
    ?? (await gate.saved.list(null, { shared: false, after: { name, savedId: "00000000-0000-0000-0000-000000000000" }, limit: 1 })).find((one) => one.name === name);
}

async function ask(gate: SqlGate, asker: Asker, sql: string, values: OptionValues, signal: AbortSignal): Promise<number> {
  const out = textOption(values, "out");
  const limit = integerOption(values, "limit", out === undefined ? 1_000 : 1_000_000, 1, 10_000_000);
  const format = textOption(values, "format") ?? (values["json"] === true ? "json" : "table");
  if (!isSqlFormat(format)) throw new SetupError(`--format is "${format}"; it takes ${SQL_FORMATS.join(", ")}.`);
  if (format === "parquet" && out === undefined) throw new SetupError("--format parquet is no text: say with --out where the file goes.");
  const output = openSqlOutput(format, out);
  try {
    return await send(gate, asker, sql, { limit, output, values, signal });
  } finally {
    await output[Symbol.asyncDispose]();
  }
}

interface Sending { limit: number; output: SqlOutput; values: OptionValues; signal: AbortSignal }

async function send(gate: SqlGate, asker: Asker, sql: string, { limit, output, values, signal }: Sending): Promise<number> {
  const out = textOption(values, "out");
  // A whole table may be written out: ten minutes, and as many bytes as the rows have.
  const outcome = await gate.ask(asker, { sql, limit, maxBytes: Number.MAX_SAFE_INTEGER, signal, ...(out === undefined ? {} : { timeoutMs: 600_000 }) }, output);
  if (!outcome.ok) return refuse(sql, outcome.refusal, values);
  await output.finish();
  const { rows, truncatedBy, asOf, ms, buildId, estimate: cost } = outcome.value;
  const bytesRead = cost?.measure === "BYTES" ? cost.amount : undefined;
  const billed = bytesRead === undefined ? "" : `, BigQuery read ${sizeText(bytesRead)}`;
  const more = truncatedBy === null ? "" : `; there are more: --limit ${limit * 10} shows them`;
  process.stderr.write(values["json"] === true ? `${JSON.stringify({ rows, truncated: truncatedBy !== null, asOf, buildId, ms, bytesRead })}\n` : `${rows} rows as of ${asOf.toISOString()}, ${ms} ms${billed}${more}\n`);
  return 0;
}

async function estimate(gate: SqlGate, asker: Asker, sql: string, values: OptionValues, signal: AbortSignal): Promise<number> {
  const outcome = await gate.estimate(asker, { sql, signal });
  if (!outcome.ok) return refuse(sql, outcome.refusal, values);
  const { measure, amount, rows, maxAmount, isAllowed, tables } = outcome.value;
  const costs = asker.audience.kind === "VENDOR" ? "" : measure === "BYTES" ? `BigQuery would read ${sizeText(amount)} of at most ${sizeText(maxAmount)}; ` : `costs ${Math.round(amount)} of at most ${maxAmount}, some ${rows ?? "unknown"} rows; `;
  process.stdout.write(values["json"] === true ? `${JSON.stringify(outcome.value)}\n` : `${costs}${isAllowed ? "would be run" : "would be refused"}; reads ${tables.join(", ") || "no table"}\n`);
  return isAllowed ? 0 : 1;
}

function refuse(sql: string, refusal: SqlRefusal, values: OptionValues): number {
  const { line, column } = placeOf(sql, refusal.position ?? 1);
  if (values["json"] === true) process.stderr.write(`${JSON.stringify({ error: refusal.message, code: refusal.code, ...(refusal.position === undefined ? {} : { position: refusal.position, line, column }) })}\n`);
  else {
    const shown = refusal.position === undefined ? "" : `  ${sql.split("\n")[line - 1] ?? ""}\n  ${" ".repeat(column - 1)}^\n`;
    process.stderr.write(`${shown}martgraph sql: ${refusal.position === undefined ? "" : `line ${line}, column ${column}: `}${refusal.message}\n`);
  }
  return 1;
}

async function tell(tables: Awaited<ReturnType<SqlGate["tables"]>>, values: OptionValues): Promise<number> {
  if (values["json"] === true) process.stdout.write(`${JSON.stringify(tables)}\n`);
  else {
    for (const { name, description, grain, columns } of tables) {
      process.stdout.write(`${name}  ${description ?? ""}${grain ? ` ${grain.charAt(0).toUpperCase()}${grain.slice(1)}.` : ""}\n`);
      for (const column of columns) process.stdout.write(`  ${column.name.padEnd(24)} ${column.type.padEnd(26)} ${column.description ?? ""}${column.isPersonal ? " (personal)" : ""}\n`);
    }
    if (tables.length === 0) process.stdout.write("Nothing has been published yet: martgraph pipeline run does.\n");
  }
  return 0;
}

import { existsSync, globSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { childEnvironment } from "#platform/config.ts";
import { runTool } from "#warehouse/tools/exec.ts";
import { pythonExecutable } from "#warehouse/tools/python/pythonPath.ts";
import type { ServerAddress } from "../install/dataDir.ts";
import { BackupError } from "./backupError.ts";

type Tool = "pg_dump" | "pg_restore";

/** The program of the Python environment, which is of the embedded server's version, else the one on PATH. @throws BackupError */
function find(tool: Tool, searchPath: string): string {
  const environment = dirname(dirname(pythonExecutable()));
  const ours = globSync(join(environment, "lib/python3.*/site-packages/embedded_postgres/pginstall/bin", tool));
  const found = [...ours, ...searchPath.split(delimiter).map((folder) => join(folder, tool))].find((file) => existsSync(file));
  if (!found) throw new BackupError(`${tool} is not there: run the set-up again (it brings version 18), or put PostgreSQL's client programs, of the server's version or newer, on PATH.`);
  return found;
}

/** Runs the program on a database. The password goes through the environment, which other users cannot read. @throws BackupError */
async function run(tool: Tool, address: ServerAddress, args: readonly string[], signal: AbortSignal | undefined): Promise<string> {
  const env = childEnvironment({ PGPASSWORD: address.password, PGTZ: "UTC" });
  const result = await runTool({
    file: find(tool, env["PATH"] ?? ""),
    args: ["--no-password", "--host", address.host, "--port", String(address.port), "--username", address.user, ...args],
    env,
    ...(signal ? { signal } : {}),
  });
  if (result.exitCode !== 0) throw new BackupError(`${tool} of the database ${address.database} failed: ${lastLines(result.stderr)}`);
  return result.stdout;
}

const lastLines = (text: string) => text.trim().split("\n").slice(-3).join(" ").slice(0, 600) || "it did not say why";

/** Writes one database, as it stands at one moment, into a file: at that of the snapshot, where an open transaction exports one. */
export async function dumpDatabase(address: ServerAddress, file: string, { excludedSchemas, snapshot, signal }: { excludedSchemas: readonly string[]; snapshot?: string; signal?: AbortSignal | undefined }): Promise<void> {
  await run("pg_dump", address, ["--format=custom", "--compress=3", ...(snapshot === undefined ? [] : [`--snapshot=${snapshot}`]), ...excludedSchemas.map((schema) => `--exclude-schema=${schema}`), "--file", file, address.database], signal);
}

/** Puts what `dumpDatabase` wrote into an empty database; stops at the first thing that does not fit. */
export async function restoreDatabase(address: ServerAddress, file: string, signal?: AbortSignal): Promise<void> {
  await run("pg_restore", address, ["--exit-on-error", "--jobs=2", "--dbname", address.database, file], signal);
}

/** Reads a dump's table of contents. @throws BackupError when it is none. */
export async function listDump(file: string): Promise<string[]> {
  const env = childEnvironment({});
  const result = await runTool({ file: find("pg_restore", env["PATH"] ?? ""), args: ["--list", file], env });
  if (result.exitCode !== 0) throw new BackupError(`${file} is no dump that pg_restore can read: ${lastLines(result.stderr)}`);
  return result.stdout.split("\n").filter((line) => line !== "" && !line.startsWith(";"));
}

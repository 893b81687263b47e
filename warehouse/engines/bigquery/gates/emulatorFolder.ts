import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isAlive } from "#platform/postgres/processes.ts";

const PREFIX = "martgraph-bigquery-";

/** In memory where there is such a folder: every statement commits several small files. */
const memory = () => (existsSync("/dev/shm") ? "/dev/shm" : tmpdir());

/** A folder for an emulator's data, which names this process; takes those along whose process was killed before it could. */
export function makeEmulatorFolder(parent = memory()): string {
  for (const name of readdirSync(parent)) {
    const [, pid] = new RegExp(`^${PREFIX}([0-9]+)-`).exec(name) ?? [];
    if (pid !== undefined && !isAlive(Number(pid))) rmSync(join(parent, name), { recursive: true, force: true });
  }
  return mkdtempSync(join(parent, `${PREFIX}${process.pid}-`));
}

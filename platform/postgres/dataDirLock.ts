import { linkSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { identityOf } from "./processes.ts";
import { SetupError, systemCode } from "./setupError.ts";

/** A held data directory. `release` may be called twice. */
export interface DataDirClaim {
  readonly dir: string;
  release(): void;
}

interface Owner {
  pid: number;
  identity: string | undefined;
}

const FILE = /^owner\.(\d+)$/;

/**
 * Claims a data directory (made when missing) for this process; a dead process's claim is taken over.
 *
 * Claims are files `owner.N`, made by link(2), which lets one contender win. N only grows and the
 * highest file is never removed, so nobody can mistake a new claim for the stale one it looked at before.
 *
 * @throws SetupError naming the process that holds it, or why the directory cannot be written.
 */
export function claimDataDir(dir: string): DataDirClaim {
  makeDir(dir);
  const mine: Owner = { pid: process.pid, identity: identityOf(process.pid) };
  const draft = join(dir, `owner-draft.${process.pid}`);
  try {
    for (;;) {
      const highest = highestClaim(dir);
      const holder = highest > 0 ? readOwner(join(dir, `owner.${highest}`)) : undefined;
      if (holder && isRunning(holder)) {
        throw new SetupError(
          `The data directory ${dir} is held by process ${holder.pid}: stop that one first, or choose another directory with --data-dir.`,
        );
      }
      writeFileSync(draft, JSON.stringify(mine), { mode: 0o600 });
      try {
        linkSync(draft, join(dir, `owner.${highest + 1}`));
      } catch (error) {
        if (systemCode(error) === "EEXIST") continue; // another process was faster: look who it is
        throw error;
      }
      removeOlder(dir, highest + 1);
      return { dir, release: () => release(dir, highest + 1) };
    }
  } catch (error) {
    throw unwritable(dir, error);
  } finally {
    rmSync(draft, { force: true });
  }
}

function makeDir(dir: string): void {
  try {
    makeWithParents(dir);
  } catch (error) {
    throw unwritable(dir, error);
  }
}

/** Step by step, because mkdir with `recursive` never ends where a file system answers ENOENT below a folder that is there (/proc). */
function makeWithParents(dir: string, isParent = false): void {
  const found = statSync(dir, { throwIfNoEntry: false });
  if (found?.isDirectory()) return;
  if (found) throw Object.assign(new Error(`${dir} is a file`), { code: isParent ? "ENOTDIR" : "EEXIST" });
  makeWithParents(dirname(dir), true);
  try {
    mkdirSync(dir, { mode: 0o755 });
  } catch (error) {
    // Made by another process meanwhile.
    if (systemCode(error) !== "EEXIST") throw error;
  }
}

/** Turns "may not write" of any kind into one sentence; other errors stay what they are. */
export function unwritable(dir: string, error: unknown): unknown {
  const code = systemCode(error);
  if (code === undefined || !["EACCES", "EPERM", "EROFS", "ENOTDIR", "ENOSPC", "EEXIST", "ENOENT"].includes(code)) return error;
  const reason = {
    EROFS: "it is on a read-only file system",
    ENOSPC: "the disk is full",
    ENOTDIR: "part of its path is a file",
    EEXIST: "a file stands in its place",
  }[code] ?? "this user may not write there";
  return new SetupError(`The data directory ${dir} cannot be used: ${reason} (${code}); choose another with --data-dir or give this user the right to write.`);
}

function highestClaim(dir: string): number {
  return Math.max(0, ...readdirSync(dir).map((name) => Number(FILE.exec(name)?.[1] ?? 0)));
}

function removeOlder(dir: string, current: number): void {
  for (const name of readdirSync(dir)) {
    const number = Number(FILE.exec(name)?.[1] ?? current);
    if (number < current) rmSync(join(dir, name), { force: true });
  }
}

function readOwner(file: string): Owner | undefined {
  try {
    const value: unknown = JSON.parse(readFileSync(file, "utf8"));
    if (typeof value !== "object" || value === null || !("pid" in value) || typeof value.pid !== "number") return undefined;
    return { pid: value.pid, identity: "identity" in value && typeof value.identity === "string" ? value.identity : undefined };
  } catch {
    return undefined;
  }
}

function isRunning(owner: Owner): boolean {
  return owner.pid > 0 && owner.identity !== undefined && identityOf(owner.pid) === owner.identity;
}

function release(dir: string, number: number): void {
  const file = join(dir, `owner.${number}`);
  if (readOwner(file)?.pid !== process.pid) return; // released before, or the directory is gone
  const draft = join(dir, `owner-draft.${process.pid}`);
  writeFileSync(draft, JSON.stringify({ pid: 0 }), { mode: 0o600 });
  renameSync(draft, file);
}

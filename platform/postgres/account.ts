import { execFileSync } from "node:child_process";
import { existsSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { SetupError } from "./setupError.ts";

/** The account PostgreSQL runs under; `spawn` is empty when that is the account of this process. */
export interface Account {
  name: string;
  uid: number;
  gid: number;
  spawn: { uid?: number; gid?: number };
}

/**
 * PostgreSQL refuses to run as root, so root borrows an existing account without a login of its own:
 * the owner of the cluster when there is one, else `postgres`, else `nobody`. No account is ever made.
 */
export function chooseAccount(clusterDir: string): Account {
  if (!process.getuid || !process.getgid) {
    throw new SetupError("The embedded PostgreSQL runs on Linux and macOS: on Windows, start Martgraph inside WSL.");
  }
  const uid = process.getuid();
  const owner = existsSync(clusterDir) ? statSync(clusterDir) : undefined;
  if (uid !== 0) {
    if (owner && owner.uid !== uid) {
      throw new SetupError(
        `The cluster in ${clusterDir} belongs to ${nameOf(owner.uid)}: start as the user who made it, or choose another directory with --data-dir.`,
      );
    }
    return { name: nameOf(uid), uid, gid: process.getgid(), spawn: {} };
  }
  if (owner && owner.uid !== 0) return borrowed(nameOf(owner.uid), owner.uid, owner.gid);
  for (const name of ["postgres", "nobody"]) {
    const ids = lookUp(name);
    if (ids) return borrowed(name, ids.uid, ids.gid);
  }
  throw new SetupError("PostgreSQL refuses to run as root and this machine has neither a user postgres nor nobody: start as an ordinary user.");
}

function borrowed(name: string, uid: number, gid: number): Account {
  return { name, uid, gid, spawn: { uid, gid } };
}

/** @throws SetupError when a folder on the way to `path` (itself included) shuts the account out. */
export function assertEnterable(path: string, account: Account): void {
  if (account.spawn.uid === undefined) return;
  for (const folder of withParents(path)) {
    const stat = statSync(folder);
    const bit = stat.uid === account.uid ? 0o100 : stat.gid === account.gid ? 0o010 : 0o001;
    if ((stat.mode & bit) !== 0) continue;
    const mode = (stat.mode & 0o7777).toString(8).padStart(4, "0");
    throw new SetupError(
      `PostgreSQL cannot run as root, and user ${account.name}, under which it runs instead, may not enter ${folder} (mode ${mode}) on the way to ${path}: ` +
        `run "chmod o+x ${folder}", or keep Martgraph and its data directory (--data-dir) outside of it, or start as an ordinary user.`,
    );
  }
}

function withParents(path: string): string[] {
  const parent = dirname(path);
  return parent === path ? [path] : [...withParents(parent), path];
}

function lookUp(name: string): { uid: number; gid: number } | undefined {
  try {
    const id = (flag: string) => Number(execFileSync("id", [flag, name], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }));
    return { uid: id("-u"), gid: id("-g") };
  } catch {
    return undefined;
  }
}

function nameOf(uid: number): string {
  try {
    return execFileSync("id", ["-un", String(uid)], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();
  } catch {
    return `user ${uid}`;
  }
}

import { createHash } from "node:crypto";
import { chmodSync, chownSync, lstatSync, mkdirSync, rmdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Account } from "./account.ts";
import { SetupError, systemCode } from "./setupError.ts";

/** sockaddr_un holds 108 bytes with its closing zero on Linux, 104 on macOS. */
const LONGEST_SOCKET_PATH = process.platform === "darwin" ? 103 : 107;

/** The socket folder of a cluster: short whatever the cluster's own path, and the same at every start. */
export function socketDirectoryOf(clusterDir: string): string {
  const name = `martgraph-${createHash("sha256").update(clusterDir).digest("hex").slice(0, 12)}`;
  const short = join("/tmp", name);
  try {
    if (lstatSync("/tmp").isDirectory()) return short;
  } catch {
    // no /tmp: the system's own idea of a temporary folder
  }
  return join(tmpdir(), name);
}

export function socketPath(socketDir: string, port: number): string {
  return join(socketDir, `.s.PGSQL.${port}`);
}

/**
 * Makes the folder for the account alone. Anybody may write in /tmp, so a folder that is a link or
 * somebody else's is refused.
 */
export function makeSocketDirectory(socketDir: string, port: number, account: Account): void {
  const path = socketPath(socketDir, port);
  if (Buffer.byteLength(path) > LONGEST_SOCKET_PATH) {
    throw new SetupError(`The socket path ${path} is longer than ${LONGEST_SOCKET_PATH} bytes: set TMPDIR to a shorter folder.`);
  }
  try {
    mkdirSync(socketDir, { mode: 0o700 });
    if (account.spawn.uid !== undefined) chownSync(socketDir, account.uid, account.gid);
  } catch (error) {
    if (systemCode(error) !== "EEXIST") {
      throw new SetupError(`The socket folder ${socketDir} cannot be made (${systemCode(error) ?? String(error)}): make its parent writable for this user.`);
    }
  }
  const stat = lstatSync(socketDir);
  if (!stat.isDirectory() || (stat.uid !== account.uid && stat.uid !== process.getuid?.())) {
    throw new SetupError(`The socket folder ${socketDir} belongs to somebody else or is a link: remove it and start again.`);
  }
  if (account.spawn.uid !== undefined) chownSync(socketDir, account.uid, account.gid);
  chmodSync(socketDir, 0o700);
}

/** Removes the folder of a stopped server; leaves it when anything is in it. */
export function removeSocketDirectory(socketDir: string): void {
  try {
    rmdirSync(socketDir);
  } catch {
    // in use, or gone already
  }
}

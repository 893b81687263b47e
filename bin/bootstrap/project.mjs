import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { delimiter, dirname, join, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";

export const PROJECT_DIR = resolve(dirname(fileURLToPath(import.meta.url)), "../..");
/** Everything the set-up makes beside node_modules. */
export const STATE_DIR = join(PROJECT_DIR, ".martgraph");
export const SETUP_LOG = join(STATE_DIR, "setup.log");
export const PYTHON_DIR = join(STATE_DIR, "python");

/** What the machine lacks, as one sentence that names the cure; printed without a stack. */
export class SetupError extends Error {
  name = "SetupError";
}

export function hashFiles(...files) {
  const hash = createHash("sha256");
  for (const file of files) hash.update(readFileSync(file));
  return hash.digest("hex");
}

export function readIfThere(file) {
  return existsSync(file) ? readFileSync(file, "utf8").trim() : undefined;
}

/** PATH without node_modules/.bin: the machine's own programs, not the ones that are about to be replaced. */
export function machinePath() {
  return (process.env.PATH ?? "").split(delimiter).filter((dir) => dir !== "" && !dir.includes(`${sep}node_modules${sep}.bin`) && !dir.includes("node-gyp-bin"));
}

/** The first program of that name on the machine's PATH. */
export function findProgram(name) {
  return machinePath().map((dir) => join(dir, name)).find((file) => existsSync(file));
}

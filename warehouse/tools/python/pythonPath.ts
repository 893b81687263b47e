import { resolve } from "node:path";
import { fileURLToPath } from "node:url";

/**
 * The interpreter of the Python environment that the set-up makes from lock.txt, as an absolute path.
 * A virtual environment is found through its interpreter's path: call it as it is, never through realpath.
 */
export function pythonExecutable(): string {
  return resolve(environmentDir(), "bin", "python");
}

function environmentDir(): string {
  return fileURLToPath(new URL("../../../.martgraph/python", import.meta.url));
}

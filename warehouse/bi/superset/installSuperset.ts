import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { childEnvironment, fetchingEnvironment } from "#platform/config.ts";
import { runTool, ToolError } from "../../tools/exec.ts";
import { pythonExecutable } from "../../tools/python/pythonPath.ts";

export const SUPERSET_VERSION = "6.1.0";

const RECIPE = fileURLToPath(new URL("../../../deploy/superset", import.meta.url));
const UV = fileURLToPath(new URL("../../../.martgraph/uv/bin/uv", import.meta.url));
const HOME = join(homedir(), ".cache", "martgraph", `superset-${SUPERSET_VERSION}`);
const FETCH_MS = 600_000;
/** The wheels that Superset's pins name exist for these. */
const PYTHONS = ["3.11", "3.12"];

/** An installed Superset: the interpreter of its own environment. */
export interface InstalledSuperset {
  readonly python: string;
  readonly version: string;
}

/**
 * Superset in an environment of its own, made from the hashed lock in deploy/superset at the first time (634 MB, seconds with
 * a warm cache), or the reason why there is none. Kept beside other tools of the cache, so that every clone uses the one.
 */
export async function installSuperset(): Promise<InstalledSuperset | { missing: string }> {
  const lock = join(RECIPE, "lock.txt");
  const stamp = createHash("sha256").update(readFileSync(lock)).digest("hex");
  const dir = join(HOME, stamp.slice(0, 12));
  const python = join(dir, "bin", "python");
  const installed: InstalledSuperset = { python, version: SUPERSET_VERSION };
  if (existsSync(join(dir, ".whole"))) return installed;
  if (!existsSync(UV)) return { missing: `${UV} is not there: run npm start or npm test once, which set Python up` };
  // A virtual environment cannot be moved: it is made where it stays, and counts when it is whole.
  const base = await baseInterpreter();
  if ("missing" in base) return base;
  const env = fetchingEnvironment();
  mkdirSync(HOME, { recursive: true });
  if (existsSync(dir)) {
    const old = `${dir}.broken.${process.pid}`;
    renameSync(dir, old);
    rmSync(old, { recursive: true, force: true });
  }
  try {
    for (const args of [
      ["venv", "--quiet", "--python", base.file, dir],
      ["pip", "sync", "--quiet", "--python", python, "--require-hashes", "--only-binary", ":all:", "--no-binary", "odfpy", "--no-binary", "wtforms-json", lock],
    ]) {
      const { exitCode, stderr } = await runTool({ file: UV, args, env, timeoutMs: FETCH_MS });
      if (exitCode !== 0) return { missing: `Superset ${SUPERSET_VERSION} could not be installed: ${stderr.trim().split("\n").slice(0, 3).join(" ")}` };
    }
  } catch (error) {
    if (error instanceof ToolError) return { missing: `Superset ${SUPERSET_VERSION} could not be installed: ${error.message}` };
    throw error;
  }
  writeFileSync(join(dir, ".whole"), `${stamp}\n`);
  return installed;
}

/** The Python that our own environment was made from, if Superset can use it. */
async function baseInterpreter(): Promise<{ file: string } | { missing: string }> {
  const script = "import sys; print('%d.%d' % sys.version_info[:2]); print(sys._base_executable)";
  try {
    const { exitCode, stdout } = await runTool({ file: pythonExecutable(), args: ["-I", "-c", script], env: childEnvironment(), timeoutMs: 20_000 });
    const [version = "", file = ""] = stdout.trim().split("\n");
    if (exitCode !== 0 || file === "") return { missing: "the Python environment is broken: run the set-up again" };
    if (!PYTHONS.includes(version)) return { missing: `Superset ${SUPERSET_VERSION} needs Python ${PYTHONS.join(" or ")}, and the set-up found ${version}: name another in MARTGRAPH_PYTHON and run the set-up again` };
    return { file };
  } catch (error) {
    if (error instanceof ToolError) return { missing: `there is no Python environment yet (${error.message})` };
    throw error;
  }
}

import { execFile } from "node:child_process";
import { readdirSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { childEnvironment, programPath } from "#platform/config.ts";

const run = promisify(execFile);
/** What the emulator's wheels are built for. */
const VERSIONS = ["3.13", "3.14", "3.15"];

/** A Python of 3.13 to 3.15, from PATH or where version managers keep theirs; or where was looked. */
export async function findPython313(home = homedir(), path: readonly string[] = programPath()): Promise<{ program: string } | { missing: string }> {
  for (const candidate of candidates(home, path)) {
    const version = await run(candidate, ["-c", "import sys; print('%d.%d' % sys.version_info[:2])"], { env: childEnvironment(), timeout: 20_000 }).then(({ stdout }) => stdout.trim(), () => "");
    if (VERSIONS.includes(version)) return { program: candidate };
  }
  return { missing: "there is no Python 3.13, 3.14 or 3.15 on the PATH, nor with pyenv, uv, asdf, mise or conda, nor in /usr/local or /opt" };
}

/** Files that may be such a Python, likeliest first. Only those that exist; what they are is asked of themselves. */
export function candidates(home: string, path: readonly string[]): string[] {
  const names = [...VERSIONS.map((version) => `python${version}`), "python3"];
  const versioned = [
    join(home, ".pyenv", "versions"), join(home, ".local", "share", "uv", "python"), join(home, ".asdf", "installs", "python"), join(home, ".local", "share", "mise", "installs", "python"),
    ...["miniconda3", "anaconda3", "miniforge3", "mambaforge"].flatMap((conda) => [join(home, conda, "envs"), join("/opt", conda, "envs")]), "/opt/conda/envs", "/opt", "/usr/local",
  ];
  const folders = [...path, ...versioned.flatMap((folder) => list(folder).map((name) => join(folder, name, "bin"))), "/usr/local/bin", "/usr/bin", "/opt/homebrew/bin", ...["miniconda3", "miniforge3"].map((conda) => join(home, conda, "bin"))];
  const found = folders.flatMap((folder) => {
    const there = new Set(list(folder));
    return names.filter((name) => there.has(name)).map((name) => join(folder, name));
  });
  // python3 could be any: those that say their version in their name first. A version manager's shim on the PATH may answer for a version that is not active.
  return [...new Set([...found.filter((file) => !file.endsWith("python3")), ...found])];
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

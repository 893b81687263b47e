import { delimiter } from "node:path";
import { packagesReady } from "./packages.mjs";
import { findProgram, machinePath, SetupError } from "./project.mjs";
import { findPython, pythonReady } from "./python.mjs";
import { run } from "./run.mjs";

/** Tells what the set-up would find, changing nothing; true when nothing is missing. */
export async function checkMachine(json) {
  const findings = [
    { name: "Node", ok: true, text: `${process.version}, sets up and hands over` },
    await npmFinding(),
    packagesReady()
      ? { name: "Node packages", ok: true, text: "as locked" }
      : { name: "Node packages", ok: false, text: 'not installed or older than package-lock.json: "npm start" installs them' },
    await pythonFinding(),
  ];
  for (const { name, ok, text } of findings) {
    if (json) process.stderr.write(`${JSON.stringify({ check: name, ok, note: text })}\n`);
    else process.stdout.write(`  ${ok ? "✔" : "✘"} ${name}: ${text}\n`);
  }
  return findings.every(({ ok }) => ok);
}

async function npmFinding() {
  const npm = findProgram("npm");
  const { ok, stdout } = npm ? await run(npm, ["--version"], { env: { ...process.env, PATH: machinePath().join(delimiter) }, timeoutMs: 20_000 }) : { ok: false, stdout: "" };
  return ok ? { name: "npm", ok, text: stdout.trim() } : { name: "npm", ok: false, text: "missing or broken: install npm 10 or newer, it comes with Node" };
}

async function pythonFinding() {
  if (pythonReady()) return { name: "Python environment", ok: true, text: "as locked" };
  try {
    const { version, file } = await findPython();
    return { name: "Python environment", ok: false, text: `not made yet: "npm start" makes it with Python ${version} (${file})` };
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    return { name: "Python environment", ok: false, text: error.message };
  }
}

import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { PINNED_NODE } from "./packages.mjs";
import { machinePath, PROJECT_DIR } from "./project.mjs";

const modules = (...path) => join(PROJECT_DIR, "node_modules", ...path);

/** What has to hold before every push; the parts run side by side, each says what it found. */
const PARTS = [
  { name: "types", script: modules("typescript", "bin", "tsc"), args: ["--noEmit"] },
  { name: "lint", script: modules("oxlint", "bin", "oxlint"), args: ["--type-aware", "--quiet", "--format=unix", "--disable-nested-config", "--no-error-on-unmatched-pattern"] },
  { name: "structure", script: modules("dependency-cruiser", "bin", "dependency-cruiser.mjs"), args: ["--config", ".dependency-cruiser.mjs", "--output-type", "err"], rooms: true },
  { name: "files", script: join(PROJECT_DIR, "bin", "bootstrap", "fileRules.mjs"), args: [] },
  { name: "drift", script: join(PROJECT_DIR, "bin", "main.ts"), args: ["gen", "--check"] },
];

const ROOMS = ["bench", "bin", "gateway", "platform", "schema", "shopdata", "subgraphs", "warehouse"];

/** Answers 0 when all parts are green. `names` chooses parts ("types", "lint", ...); none means all. */
export async function check(names) {
  const wanted = PARTS.filter(({ name }) => names.length === 0 || names.includes(name));
  if (wanted.length === 0) {
    process.stderr.write(`martgraph: check knows ${PARTS.map(({ name }) => name).join(", ")}: name one of these or none.\n`);
    return 1;
  }
  const queue = [...wanted];
  const failed = [];
  const worker = async () => {
    for (let part = queue.shift(); part; part = queue.shift()) {
      const started = performance.now();
      const { code, output } = await runPart(part);
      process.stdout.write(`  ${code === 0 ? "✔" : "✘"} ${part.name.padEnd(84)} ${((performance.now() - started) / 1000).toFixed(1).padStart(6)} s\n`);
      if (code !== 0) {
        failed.push(part.name);
        process.stdout.write(`${output.trimEnd()}\n`);
      }
    }
  };
  await Promise.all([worker(), worker()]);
  if (failed.length > 0) process.stderr.write(`\nmartgraph: check found something in ${failed.join(", ")}: correct what is listed above.\n`);
  return failed.length === 0 ? 0 : 1;
}

function runPart({ script, args, rooms }) {
  const targets = rooms ? ROOMS.filter((room) => existsSync(join(PROJECT_DIR, room))) : [];
  return new Promise((done) => {
    const child = spawn(PINNED_NODE, [script, ...args, ...targets], {
      cwd: PROJECT_DIR,
      env: { ...process.env, PATH: [dirname(PINNED_NODE), ...machinePath()].join(delimiter) },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    child.stdout.on("data", (chunk) => { output += chunk; });
    child.stderr.on("data", (chunk) => { output += chunk; });
    child.once("error", (error) => done({ code: 1, output: error.message }));
    child.once("close", (code) => done({ code: code ?? 1, output }));
  });
}

import { existsSync } from "node:fs";
import { join } from "node:path";
import { check } from "./check.mjs";
import { checkMachine } from "./doctor.mjs";
import { handOver } from "./handOver.mjs";
import { ensurePackages, packagesReady } from "./packages.mjs";
import { PROJECT_DIR, SetupError } from "./project.mjs";
import { ensurePython } from "./python.mjs";
import { createSteps } from "./steps.mjs";

const COMMANDS = join(PROJECT_DIR, "bin", "main.ts");

/** Makes the machine ready for a command, runs it and answers its exit code. */
export async function main(args) {
  const [command = "--help"] = args;
  const json = args.includes("--json");
  const help = command === "help" || args.includes("--help");
  if (command === "doctor" && !help) return doctor(args, json);
  const steps = createSteps({ json, quiet: command !== "start" || help });
  await steps.step("Node packages", ensurePackages);
  if (help) return handOver(COMMANDS, args);
  await steps.step("Python environment", ensurePython);
  switch (command) {
    case "check":
      return check(args.slice(1));
    case "test":
      return vitest(args.slice(1));
    case "proof":
      return vitest(args.slice(1), { MARTGRAPH_PROOF: "1" });
    case "bench":
      return handOver(benchScript(), args.slice(1), { ownSession: true });
    default:
      return handOver(COMMANDS, args, { ownSession: true });
  }
}

function vitest(args, env = {}) {
  return handOver(join(PROJECT_DIR, "node_modules", "vitest", "vitest.mjs"), ["run", "--root", PROJECT_DIR, ...args], { env });
}

function benchScript() {
  const script = join(PROJECT_DIR, "bench", "main.ts");
  if (!existsSync(script)) throw new SetupError(`There is no ${script}: this copy of Martgraph is not complete, clone it anew.`);
  return script;
}

/** The one command that does not stop at what the machine lacks, because telling it is its work. */
async function doctor(args, json) {
  const healthy = await checkMachine(json);
  if (!packagesReady()) return 1;
  const code = await handOver(COMMANDS, args, { ownSession: true });
  return healthy ? code : 1;
}

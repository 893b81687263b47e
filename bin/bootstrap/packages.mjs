import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { findProgram, hashFiles, machinePath, PROJECT_DIR, readIfThere, SETUP_LOG, SetupError } from "./project.mjs";
import { run, tellingLine } from "./run.mjs";
import { withSetupLock } from "./setupLock.mjs";

const LOCK = join(PROJECT_DIR, "package-lock.json");
const MODULES = join(PROJECT_DIR, "node_modules");
const STAMP = join(MODULES, ".martgraph-stamp");
const PINNED = JSON.parse(readFileSync(join(PROJECT_DIR, "package.json"), "utf8")).dependencies.node;

/** The pinned Node, once the packages are there. */
export const PINNED_NODE = join(MODULES, "node", "bin", "node");

/** Whether node_modules is what package-lock.json says; cheap, runs nothing. */
export function packagesReady() {
  return existsSync(PINNED_NODE) && readIfThere(STAMP) === wantedStamp();
}

/** Installs the Node packages and the pinned Node when they are missing or others than package-lock.json says. */
export async function ensurePackages(tell) {
  if (packagesReady()) return { verdict: "skipped", note: `as locked, Node ${PINNED}` };
  return withSetupLock(tell, async () => {
    if (packagesReady()) return { verdict: "skipped", note: "another start installed them" };
    if (installedByHand() && (await pinnedNodeRuns())) {
      stamp();
      return { verdict: "skipped", note: `as locked, Node ${PINNED}` };
    }
    tell("npm ci");
    await install();
    if (!(await pinnedNodeRuns())) {
      throw new SetupError(`npm installed the packages but not the pinned Node ${PINNED}, whose install script must run: "rm -rf node_modules" and start again, with install scripts allowed.`);
    }
    stamp();
    return { verdict: "done", note: `npm ci, Node ${PINNED}` };
  });
}

async function install() {
  const npm = npmCommand();
  const args = ["ci", "--ignore-scripts=false", "--include=optional", "--include=dev", "--no-audit", "--no-fund", "--loglevel=error"];
  const env = { ...process.env, PATH: machinePath().join(delimiter), NODE_ENV: "development" };
  const result = await run(npm[0], [...npm.slice(1), ...args], { cwd: PROJECT_DIR, env, log: true });
  if (result.missing) throw new SetupError("npm is missing: install npm 10 or newer (it comes with Node) and start again.");
  if (!result.ok) {
    throw new SetupError(`npm ci failed (${tellingLine(result.stderr)}): check that the package registry can be reached and that ${PROJECT_DIR} can be written, then start again; ${SETUP_LOG} has all of it.`);
  }
}

/** The machine's own npm under the machine's own Node: npm ci removes the Node in node_modules while it runs. */
function npmCommand() {
  const script = process.env.npm_execpath;
  const node = findProgram("node") ?? process.execPath;
  if (script && /npm-cli\.c?js$/.test(script) && existsSync(script) && !script.startsWith(MODULES)) return [node, script];
  const npm = findProgram("npm");
  if (!npm) throw new SetupError("npm is missing: install npm 10 or newer (it comes with Node) and start again.");
  return [npm];
}

/** Whether a plain `npm ci` or `npm install` has already brought exactly what the lock file says. */
function installedByHand() {
  const hidden = readIfThere(join(MODULES, ".package-lock.json"));
  if (!hidden) return false;
  try {
    const there = JSON.parse(hidden).packages;
    const wanted = JSON.parse(readFileSync(LOCK, "utf8")).packages;
    return Object.entries(wanted).every(([path, entry]) => path === "" || entry.optional || there[path]?.version === entry.version);
  } catch {
    return false;
  }
}

async function pinnedNodeRuns() {
  const { ok, stdout } = await run(PINNED_NODE, ["--version"], { timeoutMs: 10_000 });
  return ok && stdout.trim() === `v${PINNED}`;
}

function wantedStamp() {
  return `${hashFiles(LOCK)} ${process.platform}-${process.arch}`;
}

function stamp() {
  writeFileSync(STAMP, wantedStamp());
}

import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { affectedNodes, type Changes } from "./affectedNodes.ts";
import type { Manifest, ManifestNode } from "./manifest.ts";
import { BUILD_VARIABLE, type DbtConnection, dbtProfile, REST_VARIABLE } from "./dbtProfile.ts";
import { type NodeResult, oneLine, readRunResults } from "./runResults.ts";
import type { PythonWorker } from "./worker.ts";

export const DBT_PROJECT_DIR = fileURLToPath(new URL("../../dbt_project", import.meta.url));

export interface DbtOptions {
  worker: PythonWorker;
  connection: DbtConnection;
  /** Where the profile, dbt's own state and its logs lie; made where it is not there. */
  stateDir: string;
  projectDir?: string;
  /** Nodes built at the same time, 1..8; 2 where not given. */
  threads?: number;
}

export interface BuildRequest {
  slot: "a" | "b";
  /** dbt node selection; everything where not given. */
  select?: readonly string[];
  exclude?: readonly string[];
  /** Makes every table from nothing instead of merging what changed. */
  fullRefresh?: boolean;
  /** The tables were copied from the other slot: an increment, but there are no views and seeds yet. */
  isCopy?: boolean;
  /** Views and seeds alone, and no tests: what a slot lacks whose tables were copied from the other one. */
  isGroundwork?: boolean;
  /** An increment leaves out the models and tests whose rows these cannot have changed. */
  changes?: Changes | undefined;
  /** What the slot holds passed all tests when it was made: those of an increment look at the orders and days that changed. */
  hasRestPassed?: boolean;
  /** What the engine's jobs are labelled with, where it has labels. */
  buildId?: string;
  /** Unit tests run as well; they test the code and not the data, so no production build needs them. */
  unitTests?: boolean;
  signal?: AbortSignal;
  /** Hears of every node that is over. */
  onNode?: (node: { node: string; status: string; seconds: number }) => void;
}

/**
 * What became of a build. TESTS: data broke a test or a contract's constraint, the tables themselves stand; ERROR: a model
 * could not be built or dbt did not come as far as building. `reason` names each failed node and what its engine said.
 */
export type BuildOutcome = { nodes: readonly NodeResult[]; rows: number; models: number; tests: number; seconds: number } & (
  | { ok: true }
  | { ok: false; kind: "TESTS" | "ERROR"; reason: string }
);

/** A hash of the project as dbt may keep it, and the ids of the nodes that are made; see kept_project.py. */
interface Kept { code?: string; nodes?: readonly string[] }

interface DbtAnswer {
  success: boolean;
  error: string | null;
  /** What failed tests found, by node, where they name broken rules. */
  broken: Record<string, string[]>;
}

/** dbt could not read the project or reach the warehouse. `message` is dbt's own, without its stack. */
export class DbtError extends Error {
  override readonly name = "DbtError";
}

export interface Dbt {
  /** `dbt build` into one slot: seeds, models and data tests in the order of their dependencies. */
  build(request: BuildRequest): Promise<BuildOutcome>;
  /** `dbt test` alone. */
  test(request: BuildRequest): Promise<BuildOutcome>;
  /** Reads the project without a database; answers the path of manifest.json. @throws DbtError */
  parse(slot?: "a" | "b"): Promise<string>;
  /** Writes dbt's own pages about the project as one file, without a database; answers its path. @throws DbtError */
  docs(): Promise<string>;
  /** Renders the SQL of the selected nodes against the warehouse. @throws DbtError */
  compile(request: Pick<BuildRequest, "slot" | "select" | "signal">): Promise<void>;
  /** SHA-256 over everything that shapes the tables: another one means that incremental tables must be made anew. */
  codeHash(): Promise<string>;
}

export function createDbt({ worker, connection, stateDir, projectDir = DBT_PROJECT_DIR, threads = 2 }: DbtOptions): Dbt {
  // A target path per slot: dbt's partial parse is tied to the target, and two slots in one would parse anew at each turn.
  const targetPath = (slot: string) => join(stateDir, "target", slot);
  let prepared: Promise<void> | undefined;
  const prepare = () => (prepared ??= writeProfile(stateDir, connection, threads));

  async function invoke(command: string, slot: "a" | "b", args: readonly string[], request: Pick<BuildRequest, "signal" | "onNode" | "buildId" | "hasRestPassed"> & Kept): Promise<DbtAnswer> {
    await prepare();
    const { signal, onNode, buildId = "none", hasRestPassed = false, code, nodes } = request;
    return (await worker.call(
      "dbt",
      {
        args: [
          // the console is nobody's here: the log file keeps what a person may want to look up
          "--log-level", "none", "--log-format-file", "json", "--log-level-file", "info",
          ...command.split(" "), "--project-dir", projectDir, "--profiles-dir", stateDir, "--target", slot,
          "--target-path", targetPath(slot), "--log-path", join(stateDir, "logs"), ...args,
        ],
        env: { [BUILD_VARIABLE]: buildId, [REST_VARIABLE]: hasRestPassed ? "yes" : "no" },
        target: targetPath(slot),
        ...(code === undefined ? {} : { code }),
        ...(nodes === undefined ? {} : { nodes }),
      },
      { ...(signal ? { signal } : {}), ...(onNode ? { onEvent: (event) => onNode(event as never) } : {}) },
    )) as DbtAnswer;
  }

  // What dbt read last says what hangs on what, be it of this slot or the other; another code has it read anew.
  let known: { code: string; path: string; manifest?: Manifest } | undefined;
  async function affected(code: string, slot: "a" | "b", changes: Changes): Promise<readonly string[]> {
    if (known?.code !== code) {
      const { success, error } = await invoke("parse", slot, [], { code });
      if (!success) throw new DbtError(oneLine(error ?? "dbt could not read the project"));
      known = { code, path: join(targetPath(slot), "manifest.json") };
    }
    const { nodes } = (known.manifest ??= JSON.parse(await readFile(known.path, "utf8")) as Manifest);
    return affectedNodes(known.manifest, changes).filter((id) => !isLeftOut(nodes[id]));
  }

  async function run(command: "build" | "test", request: BuildRequest): Promise<BuildOutcome> {
    const started = performance.now();
    const results = join(targetPath(request.slot), "run_results.json");
    // A run that dies early leaves the results of the one before it, which must not be taken for its own.
    await rm(results, { force: true });
    const { slot, changes, unitTests } = request;
    const code = command === "build" && !unitTests ? await filesHash(projectDir) : undefined;
    const isPart = code !== undefined && changes && !request.fullRefresh && !request.isCopy && !request.isGroundwork && !request.select?.length && !request.exclude?.length;
    const ids = isPart ? await affected(code, slot, changes) : undefined;
    if (ids?.length === 0) return NOTHING;
    const select = request.isGroundwork ? GROUNDWORK : request.select;
    // Nodes that are named by their ids need no selection beside them.
    const exclude = ids ? [] : [...(request.exclude ?? []), ...(command === "build" ? leftOut(request) : [])];
    const args = [
      ...(unitTests ? [] : ["--exclude-resource-type", "unit_test", ...(request.isGroundwork ? ["test"] : [])]),
      ...(request.fullRefresh && command === "build" ? ["--full-refresh"] : []),
      ...(select?.length ? ["--select", ...select] : []),
      ...(exclude.length > 0 ? ["--exclude", ...exclude] : []),
    ];
    const { success, error, broken } = await invoke(command, slot, args, { ...request, ...(code === undefined ? {} : { code }), ...(ids ? { nodes: ids } : {}) });
    if (success && code !== undefined && known?.code !== code) known = { code, path: join(targetPath(slot), "manifest.json") };
    const nodes = (await readRunResults(results)).map((node) => ({ ...node, message: broken[node.node]?.join(", ") ?? node.message }));
    const totals = {
      nodes,
      rows: nodes.reduce((sum, node) => sum + (node.rows ?? 0), 0),
      models: nodes.filter((node) => node.kind === "model").length,
      tests: nodes.filter((node) => node.kind === "test" || node.kind === "unit_test").length,
      seconds: (performance.now() - started) / 1000,
    };
    if (success) return { ...totals, ok: true };
    const failed = nodes.filter((node) => node.status === "error" || node.status === "fail");
    if (failed.length === 0) return { ...totals, ok: false, kind: "ERROR", reason: oneLine(error ?? "dbt ended without saying why") };
    const kind = failed.every(isDataFault) ? "TESTS" : "ERROR";
    return { ...totals, ok: false, kind, reason: failed.map(describeFailure).join("; ") };
  }

  return {
    build: (request) => run("build", request),
    test: (request) => run("test", request),
    async parse(slot = "a") {
      const { success, error } = await invoke("parse", slot, [], {});
      if (!success) throw new DbtError(oneLine(error ?? "dbt could not read the project"));
      return join(targetPath(slot), "manifest.json");
    },
    async docs() {
      // the pages are made of the manifest, which only parsing writes where nothing is compiled
      const manifest = await this.parse("a");
      const { success, error } = await invoke("docs generate", "a", ["--no-compile", "--empty-catalog", "--static"], {});
      if (!success) throw new DbtError(oneLine(error ?? "dbt could not write its pages"));
      return join(dirname(manifest), "static_index.html");
    },
    async compile({ slot, select, signal }) {
      const { success, error } = await invoke("compile", slot, select?.length ? ["--select", ...select] : [], signal ? { signal } : {});
      if (!success) throw new DbtError(oneLine(error ?? "dbt could not compile the project"));
    },
    codeHash: () => projectHash(projectDir),
  };
}

/**
 * What a build need not do. Keys are proven with the rules of their table, in one node. An increment finds the views and seeds of the
 * build that came before it (a copy of the other slot's tables has none yet): whatever changes one of them changes the code's hash, and then everything is made anew.
 */
function leftOut({ fullRefresh, isCopy, isGroundwork, select }: BuildRequest): string[] {
  const seen = "test_name:unique_combo";
  return fullRefresh || isCopy || isGroundwork || select?.length ? [seen] : [seen, ...GROUNDWORK];
}

/** The same of one node of an increment. */
function isLeftOut(node: ManifestNode | undefined): boolean {
  return node?.config.materialized === "view" || node?.test_metadata?.name === "unique_combo";
}

const NOTHING: BuildOutcome = { ok: true, nodes: [], rows: 0, models: 0, tests: 0, seconds: 0 };
const GROUNDWORK = ["config.materialized:view", "resource_type:seed"];

async function writeProfile(stateDir: string, connection: DbtConnection, threads: number): Promise<void> {
  await mkdir(stateDir, { recursive: true });
  await writeFile(join(stateDir, "profiles.yml"), dbtProfile(connection, threads), { mode: 0o600 });
}

/** A test that found something, or a model that the server stopped because its rows break the contract. */
function isDataFault(node: NodeResult): boolean {
  if (node.kind === "test" || node.kind === "unit_test") return node.status === "fail";
  return /violates |duplicate key |could not create unique index|cannot affect row a second time|Required (field|column) .* cannot be null|must match at most one source row/.test(node.message ?? "");
}

function describeFailure(node: NodeResult): string {
  const what = node.kind === "model" ? "model" : node.kind === "seed" ? "seed" : "test";
  return `${what} ${node.name}: ${node.message ?? node.status}`;
}

/**
 * SHA-256 over names and contents of the project's files that shape tables: models, macros, seeds, the project file; metrics shape none.
 * Tests are among them, because those of an increment look at what changed: another test has to see all rows once.
 */
export function projectHash(projectDir: string = DBT_PROJECT_DIR): Promise<string> {
  return hashOf(projectDir, ["macros", "models", "seeds", "tests"], (file) => !file.startsWith(join(projectDir, "models", "semantic")));
}

/** The same over all that dbt reads. */
function filesHash(projectDir: string): Promise<string> {
  return hashOf(projectDir, ["macros", "models", "seeds", "tests"], () => true);
}

async function hashOf(projectDir: string, folders: readonly string[], isPart: (file: string) => boolean): Promise<string> {
  const hash = createHash("sha256");
  const files: string[] = [join(projectDir, "dbt_project.yml")];
  for (const folder of folders) {
    const entries = await readdir(join(projectDir, folder), { recursive: true, withFileTypes: true });
    files.push(...entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name)).filter(isPart));
  }
  for (const file of files.sort()) {
    hash.update(`${relative(projectDir, file)}\0`);
    hash.update(await readFile(file));
    hash.update("\0");
  }
  return hash.digest("hex");
}

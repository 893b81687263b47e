import { accessSync, constants, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { hashFiles, machinePath, PROJECT_DIR, PYTHON_DIR, readIfThere, SETUP_LOG, SetupError, STATE_DIR } from "./project.mjs";
import { run, tellingLine } from "./run.mjs";
import { withSetupLock } from "./setupLock.mjs";

const RECIPE = join(PROJECT_DIR, "warehouse", "tools", "python");
const LOCK = join(RECIPE, "lock.txt");
const UV_LOCK = join(RECIPE, "uv.txt");
const UV_DIR = join(STATE_DIR, "uv");
const STAMP = join(PYTHON_DIR, ".martgraph-stamp");
const INTERPRETER = join(PYTHON_DIR, "bin", "python");
const VERSIONS = ["3.12", "3.13", "3.11"];

/** Whether the environment is what lock.txt says; cheap, runs nothing. */
export function pythonReady() {
  return existsSync(INTERPRETER) && readIfThere(STAMP) === hashFiles(LOCK);
}

/** Makes the Python environment from the hashed lock when it is missing or of another lock. */
export async function ensurePython(tell) {
  if (pythonReady()) return { verdict: "skipped", note: "as locked" };
  return withSetupLock(tell, async () => {
    if (pythonReady()) return { verdict: "skipped", note: "another start made it" };
    tell("looking for Python 3.11 to 3.13");
    const python = await findPython();
    tell(`uv, with Python ${python.version}`);
    await makeEnvironment(python, tell);
    return { verdict: "done", note: `Python ${python.version}, dbt, Great Expectations, LightGBM` };
  });
}

/**
 * A Python 3.11 to 3.13 that can make virtual environments.
 * @throws SetupError with the package to install when there is none.
 */
export async function findPython() {
  const lacking = [];
  const others = new Set();
  for (const file of candidates()) {
    const seen = await probe(file);
    if (!seen) continue;
    if (!VERSIONS.includes(seen.version.split(".").slice(0, 2).join("."))) others.add(seen.version);
    else if (seen.venv) return seen;
    else lacking.push(seen);
  }
  const broken = lacking[0];
  if (broken) {
    const name = `python${broken.version.split(".").slice(0, 2).join(".")}-venv`;
    throw new SetupError(`Python ${broken.version} (${broken.file}) cannot make virtual environments: install its venv module (on Debian and Ubuntu: apt-get install ${name}) and start again.`);
  }
  if (process.env.MARTGRAPH_PYTHON) {
    throw new SetupError(`MARTGRAPH_PYTHON names ${process.env.MARTGRAPH_PYTHON}, which is no Python 3.11 to 3.13: correct or unset it.`);
  }
  const found = others.size > 0 ? `only ${[...others].join(", ")} is here` : "none is here";
  throw new SetupError(`Martgraph needs Python 3.11, 3.12 or 3.13 and ${found}: install one (on Debian and Ubuntu: apt-get install python3 python3-venv) or name it in MARTGRAPH_PYTHON, and start again.`);
}

function candidates() {
  if (process.env.MARTGRAPH_PYTHON) return [process.env.MARTGRAPH_PYTHON];
  const names = ["python3", ...VERSIONS.map((version) => `python${version}`)];
  const onPath = names.flatMap((name) => machinePath().map((dir) => join(dir, name)));
  const home = homedir();
  const managed = [".pyenv/versions", ".asdf/installs/python", ".local/share/mise/installs/python", ".local/share/uv/python"]
    .map((dir) => join(home, dir))
    .flatMap((dir) => (canList(dir) ? readdirSync(dir).map((name) => join(dir, name, "bin", "python3")) : []));
  const usual = ["/usr/local/bin", "/opt/homebrew/bin", "/opt/local/bin", "/usr/bin"].flatMap((dir) => names.map((name) => join(dir, name)));
  return [...new Set([...onPath, ...managed, ...usual])].filter((file) => existsSync(file));
}

function canList(dir) {
  try {
    accessSync(dir, constants.R_OK | constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

async function probe(file) {
  const script = [
    "import platform, sys, sysconfig, json",
    "try:",
    "    import venv, ensurepip; ok = True",
    "except ImportError:",
    "    ok = False",
    "print(json.dumps({'version': platform.python_version(), 'venv': ok, 'file': sys.executable, 'cpython': platform.python_implementation() == 'CPython' and not sysconfig.get_config_var('Py_GIL_DISABLED')}))",
  ].join("\n");
  const { ok, stdout } = await run(file, ["-I", "-c", script], { timeoutMs: 10_000 });
  if (!ok) return undefined; // a version manager's shim without that version
  try {
    const seen = JSON.parse(stdout);
    return seen.cpython ? seen : undefined;
  } catch {
    return undefined;
  }
}

async function makeEnvironment(python, tell) {
  const env = environment();
  rmSync(STAMP, { force: true });
  const uv = join(UV_DIR, "bin", "uv");
  const uvStamp = join(UV_DIR, ".martgraph-stamp");
  if (!existsSync(uv) || readIfThere(uvStamp) !== hashFiles(UV_LOCK)) {
    rmSync(UV_DIR, { recursive: true, force: true });
    await must(python.file, ["-m", "venv", UV_DIR], env, "a virtual environment could not be made");
    await must(join(UV_DIR, "bin", "python"), ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes", "-r", UV_LOCK], env, "uv could not be installed");
    writeFileSync(uvStamp, hashFiles(UV_LOCK));
  }
  tell("virtual environment");
  await must(uv, ["venv", "--quiet", "--clear", "--python", python.file, PYTHON_DIR], env, "the Python environment could not be made");
  tell("packages");
  await must(uv, ["pip", "sync", "--quiet", "--require-hashes", "--python", INTERPRETER, LOCK], env, "the Python packages could not be installed");
  await assertNativeLibraries(env);
  writeFileSync(STAMP, hashFiles(LOCK));
}

/** LightGBM's wheel leaves OpenMP to the machine; without it the first training would fail, long after the start. */
async function assertNativeLibraries(env) {
  const script = "import ctypes, importlib.util as u, pathlib; d = pathlib.Path(u.find_spec('lightgbm').origin).parent; [ctypes.CDLL(str(f)) for f in d.rglob('lib_lightgbm.*')]";
  const result = await run(INTERPRETER, ["-I", "-c", script], { env });
  if (result.ok) return;
  const cure = process.platform === "darwin" ? "brew install libomp" : "apt-get install libgomp1";
  throw new SetupError(`LightGBM cannot load its libraries (${tellingLine(result.stderr.split("\n").slice(-2).join("\n"))}): install OpenMP (${cure}) and start again.`);
}

async function must(command, args, env, what) {
  const result = await run(command, args, { cwd: PROJECT_DIR, env, log: true });
  if (result.ok) return;
  throw new SetupError(`${what[0].toUpperCase()}${what.slice(1)} (${tellingLine(result.stderr || result.stdout)}): check the network and the free disk space, then start again; ${SETUP_LOG} has all of it.`);
}

/** Nothing of an environment the caller happens to stand in; uv must not fetch a Python of its own. */
function environment() {
  const env = { ...process.env, UV_PYTHON_DOWNLOADS: "never", UV_NO_PROGRESS: "1", PIP_NO_INPUT: "1" };
  for (const name of ["VIRTUAL_ENV", "PYTHONHOME", "PYTHONPATH", "CONDA_PREFIX", "PIP_REQUIRE_VIRTUALENV"]) delete env[name];
  if (env.PIP_INDEX_URL && !env.UV_DEFAULT_INDEX && !env.UV_INDEX_URL) env.UV_DEFAULT_INDEX = env.PIP_INDEX_URL;
  if (!env.UV_CACHE_DIR && !homeCacheWritable()) env.UV_CACHE_DIR = join(STATE_DIR, "uv-cache");
  return env;
}

function homeCacheWritable() {
  try {
    const dir = join(homedir(), ".cache");
    mkdirSync(dir, { recursive: true });
    accessSync(dir, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

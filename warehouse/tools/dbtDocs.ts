import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { silentLog } from "#platform/log.ts";
import { createDbt, DBT_PROJECT_DIR } from "./dbt.ts";
import { dbtEnvironment } from "./dbtProfile.ts";
import { startPythonWorker } from "./worker.ts";

/** Everything the page needs is in it: it may load nothing and tell nobody, also where somebody puts it on a server of theirs. */
const POLICY = `<meta http-equiv="Content-Security-Policy" content="default-src 'unsafe-inline' 'unsafe-eval' data: blob:; connect-src 'none'">`;
/** dbt's template forgot to put its icon in: the browser would ask for a file of this name. */
const LOST_ICON = /<link rel="shortcut icon" href="\$\{[^"]*"\/?>/;

/**
 * dbt's own documentation of the warehouse as one page: models, columns, tests, metrics and dashboards, and what is made of
 * what. Made of the project alone, without a database.
 * @throws DbtError when dbt cannot read the project
 */
export async function dbtDocsPage(projectDir: string = DBT_PROJECT_DIR): Promise<string> {
  // dbt connects to nothing here; the profile only has to be whole
  const connection = { host: "localhost", port: 5432, database: "none", user: "none", password: "none" };
  const stateDir = await mkdtemp(join(tmpdir(), "martgraph-docs-"));
  const worker = startPythonWorker({ log: silentLog, env: dbtEnvironment(connection) });
  try {
    const page = await readFile(await createDbt({ worker, connection, stateDir, projectDir }).docs(), "utf8");
    return withoutPaths(page, projectDir).replace(LOST_ICON, "").replace("<head>", `<head>${POLICY}`);
  } finally {
    await worker.close();
    await rm(stateDir, { recursive: true, force: true });
  }
}

/** dbt writes down where the project lies on this machine, which is nobody's business where the page is read. */
function withoutPaths(page: string, projectDir: string): string {
  return page.replaceAll(JSON.stringify(projectDir.replace(/[\\/]$/, "")).slice(1, -1), "dbt_project");
}

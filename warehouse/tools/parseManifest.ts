import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { createHash } from "node:crypto";
import { silentLog } from "#platform/log.ts";
import { createDbt, DBT_PROJECT_DIR } from "./dbt.ts";
import { dbtEnvironment } from "./dbtProfile.ts";
import type { Manifest } from "./manifest.ts";
import type { SemanticManifest } from "./metrics/semanticManifest.ts";
import { startPythonWorker } from "./worker.ts";

/** What dbt says of the project: its nodes, and the metrics. */
export interface ParsedProject {
  readonly manifest: Manifest;
  readonly semantics: SemanticManifest;
}

/** Has dbt read the project, without a database, and answers its manifest for slot a. @throws DbtError when dbt cannot read it */
export async function parseManifest(projectDir: string = DBT_PROJECT_DIR): Promise<Manifest> {
  return (await parseProject(projectDir)).manifest;
}

/** The same with the metrics. @throws DbtError when dbt cannot read the project */
export async function parseProject(projectDir: string = DBT_PROJECT_DIR): Promise<ParsedProject> {
  // dbt never connects when it parses; the profile only has to be whole.
  const connection = { host: "localhost", port: 5432, database: "none", user: "none", password: "none" };
  // Kept, because dbt reads a project it knows in a third of the time.
  const stateDir = fileURLToPath(new URL(`../../.martgraph/manifest/${createHash("sha256").update(projectDir).digest("hex").slice(0, 12)}`, import.meta.url));
  const worker = startPythonWorker({ log: silentLog, env: dbtEnvironment(connection) });
  try {
    const path = await createDbt({ worker, connection, stateDir, projectDir }).parse("a");
    const read = async (file: string) => JSON.parse(await readFile(file, "utf8")) as unknown;
    return { manifest: (await read(path)) as Manifest, semantics: (await read(join(dirname(path), "semantic_manifest.json"))) as SemanticManifest };
  } finally {
    await worker.close();
  }
}

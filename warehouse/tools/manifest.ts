import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { createHash } from "node:crypto";
import { silentLog } from "#platform/log.ts";
import { createDbt, DBT_PROJECT_DIR } from "./dbt.ts";
import type { SemanticManifest } from "./metrics/semanticManifest.ts";
import { dbtEnvironment } from "./dbtProfile.ts";
import { startPythonWorker } from "./worker.ts";

/** What we read of dbt's manifest.json (schema v12); everything dbt knows of the project is in it. */
export interface Manifest {
  nodes: Record<string, ManifestNode>;
  sources: Record<string, { unique_id: string; name: string; schema?: string; identifier?: string; description: string; source_name?: string; source_description?: string; relation_name?: string | null; original_file_path?: string }>;
  unit_tests: Record<string, { unique_id: string; name: string; model: string; description: string | null }>;
  macros?: Record<string, { name: string; package_name: string; macro_sql: string; depends_on: { macros: string[] } }>;
  exposures: Record<string, { name: string; description: string; owner: { name?: string; email?: string }; depends_on: { nodes: string[] } }>;
}

export interface ManifestNode {
  unique_id: string;
  resource_type: "model" | "test" | "seed" | "operation" | "snapshot";
  name: string;
  description: string;
  schema: string;
  original_file_path: string;
  raw_code: string;
  columns: Record<string, ManifestColumn>;
  config: { materialized: string; incremental_strategy?: string | null; contract?: { enforced: boolean }; meta?: Record<string, unknown>; indexes?: { columns: string[]; unique?: boolean; type?: string }[]; "post-hook"?: { sql: string }[] };
  depends_on: { nodes: string[]; macros: string[] };
  attached_node?: string | null;
  test_metadata?: { name: string; kwargs: Record<string, unknown> } | null;
}

export interface ManifestColumn {
  name: string;
  data_type: string | null;
  description: string;
  constraints: { type: string }[];
  config?: { meta?: Record<string, unknown> };
  meta?: Record<string, unknown>;
}

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

/** The models of a layer ("marts", "features"), by name. */
export function modelsOf(manifest: Manifest, layer: string): ManifestNode[] {
  return Object.values(manifest.nodes)
    .filter((node) => node.resource_type === "model" && node.original_file_path.startsWith(`models/${layer}/`))
    .sort((left, right) => (left.name < right.name ? -1 : 1));
}

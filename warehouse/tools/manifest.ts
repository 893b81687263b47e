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

/** The models of a layer ("marts", "features"), by name. */
export function modelsOf(manifest: Manifest, layer: string): ManifestNode[] {
  return Object.values(manifest.nodes)
    .filter((node) => node.resource_type === "model" && node.original_file_path.startsWith(`models/${layer}/`))
    .sort((left, right) => (left.name < right.name ? -1 : 1));
}

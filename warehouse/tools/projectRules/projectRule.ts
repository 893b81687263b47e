import type { Manifest, ManifestNode } from "../manifest.ts";

/** What a rule sees: the manifest with its models and edges read once. */
export interface ProjectGraph {
  manifest: Manifest;
  models: readonly ManifestNode[];
  byId: ReadonlyMap<string, ManifestNode>;
  /** Models that read a node, by its id. */
  readers: ReadonlyMap<string, readonly ManifestNode[]>;
  /** Data tests attached to a model, by its id. */
  tests: ReadonlyMap<string, readonly ManifestNode[]>;
}

export interface ProjectRule {
  name: string;
  /** What must hold, in one sentence. */
  says: string;
  /** Names of what breaks it: a model, or a model and what of it. */
  offenders(graph: ProjectGraph): string[];
}

export function projectGraph(manifest: Manifest): ProjectGraph {
  const nodes = Object.values(manifest.nodes);
  const models = nodes.filter(({ resource_type: kind }) => kind === "model").sort((left, right) => (left.name < right.name ? -1 : 1));
  const readers = new Map<string, ManifestNode[]>();
  for (const model of models) for (const id of new Set(model.depends_on.nodes)) readers.set(id, [...(readers.get(id) ?? []), model]);
  const tests = new Map<string, ManifestNode[]>();
  for (const node of nodes) {
    if (node.resource_type === "test" && node.attached_node) tests.set(node.attached_node, [...(tests.get(node.attached_node) ?? []), node]);
  }
  return { manifest, models, byId: new Map(nodes.map((node) => [node.unique_id, node])), readers, tests };
}

/** staging, intermediate, marts or features: the first folder below models. */
export const layerOf = (node: ManifestNode): string => node.original_file_path.split("/")[1] ?? "";
export const sourcesOf = (node: ManifestNode): string[] => [...new Set(node.depends_on.nodes.filter((id) => id.startsWith("source.")))];
export const parentsOf = (graph: ProjectGraph, node: ManifestNode): ManifestNode[] =>
  [...new Set(node.depends_on.nodes)].flatMap((id) => graph.byId.get(id) ?? []).filter(({ resource_type: kind }) => kind === "model");
export const childrenOf = (graph: ProjectGraph, node: ManifestNode): readonly ManifestNode[] => graph.readers.get(node.unique_id) ?? [];
export const named = (nodes: readonly ManifestNode[]): string[] => nodes.map(({ name }) => name);

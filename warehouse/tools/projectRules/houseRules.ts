import { layerOf, named, parentsOf, type ProjectGraph, type ProjectRule } from "./projectRule.ts";

const MAX_CHAINED_VIEWS = 5;
const FOLDERS = ["staging", "intermediate", "marts", "features", "semantic"];
const PREFIXES: Readonly<Record<string, RegExp>> = { staging: /^stg_[a-z0-9]+__/, intermediate: /^int_/, marts: /^(dim|fct|bdg|agg|rpt|snap|grp|ml)_/, features: /^[a-z]/ };
const models = (graph: ProjectGraph, offends: (model: ProjectGraph["models"][number]) => boolean) => named(graph.models.filter(offends));
const isPublic = (layer: string) => layer === "marts" || layer === "features";
const columnsOf = (graph: ProjectGraph, offends: (column: { description: string; data_type: string | null }) => boolean) =>
  graph.models.flatMap((model) => Object.values(model.columns).filter(offends).map((column) => `${model.name}.${column.name}`));
const testsOf = (graph: ProjectGraph, model: ProjectGraph["models"][number], kind: string) => (graph.tests.get(model.unique_id) ?? []).filter(({ test_metadata: meta }) => meta?.name === kind);

function viewsInARow(graph: ProjectGraph, model: ProjectGraph["models"][number], seen = 0): number {
  if (model.config.materialized !== "view" && model.config.materialized !== "ephemeral") return seen;
  return Math.max(seen + 1, ...parentsOf(graph, model).map((parent) => viewsInARow(graph, parent, seen + 1)));
}

/** What is written about models, what is promised of them, how they are tested and where they lie. */
export const HOUSE_RULES: readonly ProjectRule[] = [
  { name: "undocumented_models", says: "Every model is described.", offenders: (graph) => models(graph, ({ description }) => description.trim() === "") },
  { name: "documentation_coverage", says: "Every column is described.", offenders: (graph) => [...columnsOf(graph, ({ description }) => description.trim() === ""), ...models(graph, ({ columns }) => Object.keys(columns).length === 0)] },
  { name: "undocumented_sources", says: "Every source is described.", offenders: ({ manifest }) => Object.values(manifest.sources).filter(({ description }) => description.trim() === "").map(({ name }) => name) },
  { name: "undocumented_source_tables", says: "Every group of sources is described.", offenders: ({ manifest }) => [...new Set(Object.values(manifest.sources).filter(({ source_description: text }) => text !== undefined && text.trim() === "").map(({ source_name: name }) => name ?? ""))] },
  { name: "public_models_without_contract", says: "Marts and feature tables enforce a contract.", offenders: (graph) => models(graph, (model) => isPublic(layerOf(model)) && model.config.contract?.enforced !== true) },
  { name: "undocumented_public_models", says: "Marts and feature tables tell their owner and grain.", offenders: (graph) => models(graph, (model) => isPublic(layerOf(model)) && !(typeof model.config.meta?.["owner"] === "string" && typeof model.config.meta["grain"] === "string")) },
  // A text with a comma has to stand in quotes: without them YAML takes what is behind the comma for a key without a value.
  { name: "torn_meta", says: "No key of a model's meta is without a value.", offenders: (graph) => models(graph, (model) => Object.values(model.config.meta ?? {}).includes(null)) },
  { name: "exposures_on_private_models", says: "Who is exposed reads marts and feature tables alone.", offenders: ({ manifest, byId }) => exposed(manifest, (id) => { const node = byId.get(id); return node !== undefined && node.resource_type === "model" && !isPublic(layerOf(node)); }) },
  { name: "exposures_on_sources", says: "Who is exposed reads no source.", offenders: ({ manifest }) => exposed(manifest, (id) => id.startsWith("source.")) },
  { name: "exposure_parents_materialized", says: "What an exposure reads is a table.", offenders: ({ manifest, byId }) => exposed(manifest, (id) => ["view", "ephemeral"].includes(byId.get(id)?.config.materialized ?? "table")) },
  { name: "chained_views", says: `No more than ${MAX_CHAINED_VIEWS} views stand on each other.`, offenders: (graph) => models(graph, (model) => viewsInARow(graph, model) > MAX_CHAINED_VIEWS) },
  { name: "naming_conventions", says: "A model's name begins with what its layer calls it: stg_, int_, dim_, fct_, bdg_, agg_, rpt_, snap_.", offenders: (graph) => models(graph, (model) => !(PREFIXES[layerOf(model)] ?? /./).test(model.name)) },
  { name: "model_directories", says: "A model lies in the folder of a layer, and a staging model in that of its source.", offenders: (graph) => models(graph, (model) => !FOLDERS.includes(layerOf(model)) || (layerOf(model) === "staging" && !model.name.startsWith(`stg_${model.original_file_path.split("/")[2]}__`))) },
  { name: "source_directories", says: "The staging model of a source lies in a folder of staging.", offenders: ({ manifest }) => Object.values(manifest.sources).filter(({ original_file_path: path }) => path !== undefined && !path.startsWith("models/staging/")).map(({ name }) => name) },
  { name: "test_directories", says: "A test of the project's own lies in tests/.", offenders: ({ manifest }) => Object.values(manifest.nodes).filter((node) => node.resource_type === "test" && !node.test_metadata && !node.original_file_path.startsWith("tests/")).map(({ name }) => name) },
  { name: "primary_key_tests", says: "Marts and feature tables test their key, and their rows by rules.", offenders: (graph) => models(graph, (model) => isPublic(layerOf(model)) && (testsOf(graph, model, "unique_combo").length !== 1 || testsOf(graph, model, "row_rules").length !== 1)) },
  { name: "test_coverage", says: "A model that computes something has a unit test.", offenders: (graph) => {
    const tested = new Set(Object.values(graph.manifest.unit_tests).map(({ model }) => model));
    return models(graph, (model) => layerOf(model) !== "staging" && layerOf(model) !== "semantic" && !tested.has(model.name));
  } },
  { name: "exposed_marts", says: "Every mart and feature table has somebody who reads it.", offenders: (graph) => {
    const read = new Set(Object.values(graph.manifest.exposures).flatMap(({ depends_on: on }) => on.nodes));
    return models(graph, (model) => isPublic(layerOf(model)) && !read.has(model.unique_id));
  } },
];

function exposed(manifest: ProjectGraph["manifest"], offends: (id: string) => boolean): string[] {
  return Object.values(manifest.exposures).filter(({ depends_on: on }) => on.nodes.some(offends)).map(({ name }) => name);
}

import { childrenOf, layerOf, named, parentsOf, type ProjectGraph, type ProjectRule, sourcesOf } from "./projectRule.ts";

const MAX_FAN_OUT = 3;
const MAX_PARENTS = 7;
/** The warehouse's own tables and the shop's clock: where a build stands, what was predicted, what time it is. Every model may ask that. */
const isBookkeeping = (id: string) => /^source\.martgraph\.(ops|predictions)\./.test(id) || id.endsWith(".platform__clock");
const isCrude = (layer: string) => layer === "marts" || layer === "intermediate" || layer === "features";
const models = (graph: ProjectGraph, offends: (model: ProjectGraph["models"][number]) => boolean) => named(graph.models.filter(offends));

/** How models hang together. Names and thresholds are those of dbt_project_evaluator. */
export const GRAPH_RULES: readonly ProjectRule[] = [
  {
    name: "direct_join_to_source",
    says: "A model reads models or one source, never both: what joins, joins what staging has made.",
    offenders: (graph) => models(graph, (model) => sourcesOf(model).some((id) => !isBookkeeping(id)) && parentsOf(graph, model).length > 0),
  },
  {
    name: "marts_or_intermediate_on_source",
    says: "Marts, features and intermediate models read what staging has made, never the shop's tables.",
    offenders: (graph) => models(graph, (model) => isCrude(layerOf(model)) && sourcesOf(model).some((id) => !isBookkeeping(id))),
  },
  {
    name: "multiple_sources_joined",
    says: "A model reads one source at most.",
    offenders: (graph) => models(graph, (model) => sourcesOf(model).filter((id) => !isBookkeeping(id)).length > 1),
  },
  {
    name: "source_fan_out",
    says: "A source is read by one model, so that it is cleaned in one place.",
    offenders: ({ manifest, readers }) => Object.values(manifest.sources).filter(({ unique_id: id }) => !isBookkeeping(id) && (readers.get(id)?.length ?? 0) > 1).map(({ name }) => name).sort(),
  },
  {
    name: "unused_sources",
    says: "A source that nothing reads is not declared.",
    offenders: ({ manifest, readers }) => Object.values(manifest.sources).filter(({ unique_id: id }) => !readers.has(id)).map(({ name }) => name).sort(),
  },
  {
    name: "duplicate_sources",
    says: "A table is declared as a source once.",
    offenders: ({ manifest }) => {
      const seen = new Map<string, number>();
      for (const { unique_id: id, relation_name: relation } of Object.values(manifest.sources)) seen.set(relation ?? id, (seen.get(relation ?? id) ?? 0) + 1);
      return [...seen].filter(([, times]) => times > 1).map(([relation]) => relation);
    },
  },
  {
    name: "hard_coded_references",
    says: "A model names tables by ref() and source() only.",
    offenders: (graph) => models(graph, ({ raw_code: sql }) => /\b(?:from|join)\s+"?(?:raw|staging|marts|features|intermediate|ops)\w*"?\s*\./i.test(sql.replace(/--.*$/gm, ""))),
  },
  {
    name: "root_models",
    says: "A model has a parent: rows that come from nowhere belong into a seed.",
    offenders: (graph) => models(graph, (model) => model.depends_on.nodes.length === 0),
  },
  {
    name: "model_fan_out",
    says: `A model has ${MAX_FAN_OUT} leaves of its own layer at most below it: more of them want a model between.`,
    // Facts and dimensions are made to be read by many; what the rule is after are intermediate models that end in many leaves.
    offenders: (graph) => models(graph, (model) => layerOf(model) === "intermediate" && childrenOf(graph, model).filter((child) => childrenOf(graph, child).length === 0).length > MAX_FAN_OUT),
  },
  {
    name: "staging_on_staging",
    says: "A staging model reads no other staging model.",
    offenders: (graph) => models(graph, (model) => layerOf(model) === "staging" && parentsOf(graph, model).some((parent) => layerOf(parent) === "staging")),
  },
  {
    name: "staging_on_marts_or_intermediate",
    says: "A staging model reads nothing that stands after it.",
    offenders: (graph) => models(graph, (model) => layerOf(model) === "staging" && parentsOf(graph, model).some((parent) => isCrude(layerOf(parent)))),
  },
  {
    name: "intermediate_on_marts",
    says: "An intermediate model reads no mart.",
    offenders: (graph) => models(graph, (model) => layerOf(model) === "intermediate" && parentsOf(graph, model).some((parent) => layerOf(parent) === "marts" || layerOf(parent) === "features")),
  },
  {
    name: "rejoining_of_upstream",
    says: "A model that one other model alone reads does not rejoin a parent of it: the three are one.",
    offenders: (graph) =>
      models(graph, (model) => {
        const [child, ...others] = childrenOf(graph, model);
        if (!child || others.length > 0 || layerOf(model) !== "intermediate") return false;
        const parents = new Set(named(parentsOf(graph, model)));
        return parentsOf(graph, child).some(({ name }) => parents.has(name));
      }),
  },
  {
    name: "too_many_joins",
    says: `A model reads ${MAX_PARENTS} others at most.`,
    offenders: (graph) => models(graph, (model) => parentsOf(graph, model).length > MAX_PARENTS),
  },
];

import { AGGREGATIONS, camelCase as camel, type Aggregation, type CatalogueDimension, type CatalogueJoin, type CatalogueMeasure, type CatalogueSource, type CatalogueSteps, type SourceDimension } from "#schema/values/metricCatalogue.ts";
import { BadSemantics, type SemanticManifest, type SemanticMeasure, type SemanticModel } from "./semanticManifest.ts";

/** Spellings that one engine alone understands, and whatever could end a statement. */
const FOREIGN = /::|;|--|\/\*|\bfilter\s*\(|\bdate_trunc\b|\bat time zone\b|\binterval\b|->>|\bilike\b|\bselect\b/i;

export function commonSql(text: string, where: string): string {
  if (FOREIGN.test(text)) throw new BadSemantics(`${where}: "${text}" holds a spelling that not every engine has, or more than an expression`);
  return text.trim();
}

/** Every mart that metrics read, with what it can be grouped by: its own dimensions, its entities, and those of the models that its entities lead to. */
export function catalogueSources(manifest: SemanticManifest): CatalogueSource[] {
  const models = [...manifest.semantic_models].sort((left, right) => (left.name < right.name ? -1 : 1));
  const keyed = new Map(models.flatMap((model) => model.entities.filter(({ type }) => type === "primary").map((entity) => [entity.name, model] as const)));
  return models.map((model) => toSource(model, keyed));
}

function toSource(model: SemanticModel, keyed: ReadonlyMap<string, SemanticModel>): CatalogueSource {
  const meta = metaOf(model);
  const where = `semantic model ${model.name}`;
  if (typeof meta["owner"] !== "string" || !model.description) throw new BadSemantics(`${where} needs a description and an owner`);
  const joins: CatalogueJoin[] = [];
  const dimensions: Record<string, SourceDimension> = {};
  const internal: string[] = [];
  for (const entity of model.entities) {
    if (entity.config?.meta?.["id"] === undefined) continue;
    if (entity.config.meta["internal"] === true) internal.push(camel(entity.name));
    dimensions[camel(entity.name)] = { expression: commonSql(entity.expr ?? entity.name, where), join: null, missing: textOrNull(entity.config.meta["missing"]) };
  }
  for (const dimension of model.dimensions.filter(({ type }) => type === "categorical")) {
    const hidden = dimension.config?.meta?.["internal"] === true;
    const name = hidden ? dimension.name : camel(dimension.name);
    if (hidden) internal.push(name);
    dimensions[name] = { expression: commonSql(dimension.expr ?? dimension.name, where), join: null, missing: textOrNull(dimension.config?.meta?.["missing"]) };
  }
  const own = new Set(Object.keys(dimensions));
  for (const entity of model.entities.filter(({ type }) => type === "foreign")) {
    const other = keyed.get(entity.name);
    if (!other) continue;
    const key = other.entities.find(({ name }) => name === entity.name)?.expr ?? entity.name;
    joins.push({ entity: entity.name, expression: entity.expr ?? entity.name, model: other.node_relation.alias, key });
    for (const dimension of other.dimensions.filter(({ type }) => type === "categorical")) {
      const column = dimension.expr ?? dimension.name;
      if (!/^[a-z_0-9]+$/.test(column)) continue;
      const reached: SourceDimension = { expression: `${entity.name}__${column}`, join: { entity: entity.name, column }, missing: textOrNull(dimension.config?.meta?.["missing"]) };
      const full = `${entity.name}__${dimension.name}`;
      dimensions[full] = reached;
      internal.push(full);
      const short = camel(dimension.name);
      if (dimension.config?.meta?.["internal"] !== true && !own.has(short) && reached.missing !== null) dimensions[short] = reached;
    }
  }
  const times = model.dimensions
    .filter(({ type }) => type === "time" && meta["snapshot"] !== true)
    .map((dimension) => {
      const column = commonSql(dimension.expr ?? dimension.name, where);
      const instant = textOrNull(dimension.config?.meta?.["instant"]);
      return { name: dimension.name, day: column === instant ? null : column, instant, minutes: Number(dimension.config?.meta?.["minutes"] ?? 0) || null };
    });
  const vendor = textOrNull(meta["vendor"]);
  const apart = namesOf(meta["apart"], where);
  const named = namesOf(meta["named"], where);
  for (const name of [...apart, ...named]) if (!(name in dimensions)) throw new BadSemantics(`${where} speaks of ${name}, which it does not have`);
  const months = model.dimensions.find(({ name }) => name === model.defaults?.agg_time_dimension)?.type_params?.time_granularity === "month";
  return {
    name: model.name,
    description: model.description,
    model: model.node_relation.alias,
    owner: meta["owner"],
    weight: Number(meta["weight"] ?? 50),
    rows: typeof meta["rows"] === "string" ? commonSql(meta["rows"], where) : null,
    months,
    before: typeof meta["before"] === "string" ? commonSql(meta["before"], where) : null,
    steps: stepsOf(meta["steps"], where),
    apart,
    named,
    currency: textOrNull(meta["currency"]),
    label: textOrNull(meta["label"]),
    vendor: vendor === null ? null : (dimensions[vendor] ?? { expression: commonSql(vendor, where), join: null, missing: null }),
    key: model.entities.find(({ type }) => type === "primary")?.expr ?? null,
    entities: Object.fromEntries(model.entities.map((entity) => [entity.name, entity.expr ?? entity.name])),
    times,
    joins,
    dimensions,
    internal: internal.sort(),
    measures: model.measures.map((measure) => toMeasure(measure, model, times.map(({ name }) => name))),
  };
}

function toMeasure(measure: SemanticMeasure, model: SemanticModel, times: readonly string[]): CatalogueMeasure {
  const where = `measure ${measure.name} of ${model.name}`;
  const time = metaOf(model)["snapshot"] === true ? null : (measure.agg_time_dimension ?? model.defaults?.agg_time_dimension ?? null);
  if (!(AGGREGATIONS as readonly string[]).includes(measure.agg)) throw new BadSemantics(`${where} is aggregated by ${measure.agg}; there are ${AGGREGATIONS.join(", ")}`);
  if (time !== null && !times.includes(time)) throw new BadSemantics(`${where} falls into periods by ${time}, which the model does not have`);
  const percentile = measure.agg === "percentile" ? (measure.agg_params?.percentile ?? null) : null;
  if (measure.agg === "percentile" && percentile === null) throw new BadSemantics(`${where} does not say which percentile`);
  if (measure.non_additive_dimension && measure.non_additive_dimension.window_choice !== "max") throw new BadSemantics(`${where}: of a dimension that does not add up the last value counts (window_choice: max)`);
  return {
    name: measure.name,
    aggregation: measure.agg as Aggregation,
    expression: commonSql(measure.expr ?? measure.name, where),
    percentile,
    time,
    lastDay: measure.non_additive_dimension !== null,
  };
}

/** The dimensions of all sources under one name each; a name means the same everywhere. */
export function catalogueDimensions(manifest: SemanticManifest, sources: readonly CatalogueSource[]): CatalogueDimension[] {
  const models = [...manifest.semantic_models].sort((left, right) => (left.name < right.name ? -1 : 1));
  const described = models.flatMap((model) => [
    ...model.entities.filter((entity) => entity.config?.meta?.["id"] !== undefined).map((entity) => ({ model: model.name, place: entity.config?.meta?.["place"], name: camel(entity.name), description: entity.description, idPrefix: textOrNull(entity.config?.meta?.["id"]), internal: entity.config?.meta?.["internal"] === true, values: null, missing: textOrNull(entity.config?.meta?.["missing"]) })),
    ...model.dimensions
      .filter((dimension) => dimension.type === "categorical" && dimension.config?.meta?.["internal"] !== true)
      .map((dimension) => ({
        model: model.name, place: dimension.config?.meta?.["place"], name: camel(dimension.name), description: dimension.description, idPrefix: null, internal: false, values: (dimension.config?.meta?.["values"] ?? null) as CatalogueDimension["values"], missing: textOrNull(dimension.config?.meta?.["missing"]),
      })),
  ]);
  const placeOf = (all: readonly { place: unknown }[]) => Math.min(...all.map(({ place }) => Number(place ?? 1_000)));
  const inOrder = [...Map.groupBy(described, ({ name }) => name)].sort(([left, a], [right, b]) => placeOf(a) - placeOf(b) || (left < right ? -1 : 1));
  return inOrder.map(([name, all]) => {
    const { description, idPrefix, values, internal } = all.find((one) => one.description) ?? (all[0] as (typeof all)[number]);
    if (!description && !internal) throw new BadSemantics(`dimension ${name} is described nowhere`);
    for (const other of all) {
      const differs = other.idPrefix !== idPrefix || JSON.stringify(other.values) !== JSON.stringify(values) || (other.description && other.description !== description);
      if (differs) throw new BadSemantics(`dimension ${name} of ${other.model} means something else than elsewhere: description, values and id have to be the same`);
    }
    return {
      name, description: description ?? "", idPrefix, values, internal,
      missing: [...new Set(all.flatMap(({ missing }) => (missing === null ? [] : [missing])))],
      sources: sources.filter((source) => name in source.dimensions && (internal || !source.internal.includes(name))).map((source) => source.name),
    };
  });
}

function stepsOf(value: unknown, where: string): CatalogueSteps | null {
  if (value === undefined) return null;
  const [of, step, count, least, most] = ["of", "step", "count", "least", "most"].map((key) => textOrNull((value as Record<string, unknown>)[key]) ?? "");
  if (!of || !step || !count || !least || !most) throw new BadSemantics(`${where} says of its steps \`of\`, \`step\`, \`count\`, \`least\` and \`most\``);
  return { of, step, count, least, most };
}

function metaOf(model: SemanticModel): Readonly<Record<string, unknown>> {
  return model.config?.meta ?? {};
}

function namesOf(value: unknown, where: string): string[] {
  if (value === undefined) return [];
  if (!Array.isArray(value) || !value.every((name) => typeof name === "string")) throw new BadSemantics(`${where} names its dimensions in a list`);
  return value;
}

function textOrNull(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}

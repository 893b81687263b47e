import { camelCase as camel, type CatalogueMeasure, type CatalogueMetric, type CatalogueSource, filterDimension, type FilterTemplate, type MeasureUse, type MetricDefinition, type MetricFormat, type MetricUse } from "#schema/values/metricCatalogue.ts";
import { commonSql } from "./catalogueSources.ts";
import { BadSemantics, type MeasureInput, type MetricInput, type SemanticManifest, type SemanticMetric, type WhereFilter, type Window } from "./semanticManifest.ts";

interface Placed {
  source: CatalogueSource;
  measure: CatalogueMeasure;
}

const dimensionsOf = ({ source }: Placed) => Object.keys(source.dimensions).filter((dimension) => !source.internal.includes(dimension));

/** The metrics in the order of their places and names, each with what it can be grouped by. @throws BadSemantics */
export function catalogueMetrics(manifest: SemanticManifest, sources: readonly CatalogueSource[]): CatalogueMetric[] {
  const measures = new Map(sources.flatMap((source) => source.measures.map((measure) => [measure.name, { source, measure }] as const)));
  const definitions = new Map(manifest.metrics.map((metric) => [metric.name, definitionOf(metric, measures)]));
  const money = moneyMeasures(manifest, definitions);
  const names = new Set<string>();
  // dbt's own order depends on what it has read before.
  const placeOf = ({ config }: SemanticMetric) => Number(config?.meta?.["place"] ?? 1_000);
  const inOrder = [...manifest.metrics].sort((left, right) => placeOf(left) - placeOf(right) || (left.name < right.name ? -1 : 1));
  return inOrder.map((metric) => {
    const name = camel(metric.name);
    if (names.has(name)) throw new BadSemantics(`two metrics are called ${name}`);
    names.add(name);
    return toMetric(metric, name, definitions, measures, money);
  });
}

function toMetric(metric: SemanticMetric, name: string, definitions: ReadonlyMap<string, MetricDefinition>, measures: ReadonlyMap<string, Placed>, money: ReadonlySet<string>): CatalogueMetric {
  const meta = metric.config?.meta ?? {};
  const where = `metric ${metric.name}`;
  const unit = meta["unit"];
  if (!metric.label || !metric.description || typeof meta["owner"] !== "string" || typeof unit !== "string") throw new BadSemantics(`${where} needs a label, a description, an owner and a unit`);
  const definition = definitions.get(metric.name) as MetricDefinition;
  const leaves = leavesOf(definition, definitions, where);
  const choices = leaves.map((use) => [use.measure, ...use.equal].map((measure) => placed(measures, measure, where)));
  const shared = choices.map((choice) => new Set(choice.flatMap(dimensionsOf))).reduce((left, right) => left.intersection(right));
  const adding = additiveOver(definition, definitions, measures);
  const mains = choices.map((choice) => choice[0] as Placed);
  const timeOf = ({ source, measure }: Placed) => source.times.find((time) => time.name === measure.time);
  const scale = Number(meta["scale"] ?? (unit === "ratio" ? 6 : unit === "currency" ? 4 : 2));
  return {
    name,
    key: metric.name,
    label: metric.label,
    description: metric.description,
    owner: meta["owner"],
    certified: meta["certified"] === true,
    type: definition.type,
    unit,
    format: formatOf(unit, definition, mains, meta["scale"] !== undefined),
    scale,
    money: unit === "currency" || leaves.some((use) => money.has(use.measure)),
    additive: [...shared].filter((dimension) => adding.has(dimension)),
    dimensions: [...shared],
    periods: mains.every((main) => main.measure.time !== null),
    timeZones: choices.every((choice) => choice.some((one) => timeOf(one)?.instant != null)),
    ofVendors: choices.every((choice) => choice.some(({ source }) => source.vendor !== null)),
    definition,
    sql: sqlOf(definition, mains),
  };
}

function definitionOf(metric: SemanticMetric, measures: ReadonlyMap<string, Placed>): MetricDefinition {
  const where = `metric ${metric.name}`;
  const params = metric.type_params;
  const listed = (key: string) => ((metric.config?.meta?.[key] ?? []) as string[]).map((name) => placed(measures, name, where).measure.name);
  const [equal, filtered] = [listed("equal"), listed("filtered")];
  const use = (input: MeasureInput, equals: readonly string[] = [], filters: readonly string[] = []): MeasureUse => {
    placed(measures, input.name, where);
    return { measure: input.name, equal: equals, filtered: filters, filter: joinFilters(where, input.filter, metric.filter), zero: input.fill_nulls_with === 0 };
  };
  const input = (one: MetricInput): MetricUse => {
    if (one.offset_window || one.offset_to_grain) throw new BadSemantics(`${where} looks back by itself: compareTo of metricQuery does that for every metric`);
    return { metric: camel(one.name), alias: one.alias ?? one.name, filter: joinFilters(where, one.filter, metric.filter) };
  };
  switch (metric.type) {
    case "simple":
      return { type: "simple", measure: use(required(params.measure, where), equal, filtered) };
    case "ratio":
      return { type: "ratio", numerator: input(required(params.numerator, where)), denominator: input(required(params.denominator, where)) };
    case "derived":
      return { type: "derived", expression: commonSql(required(params.expr, where), where), inputs: (params.metrics ?? []).map(input) };
    case "cumulative": {
      const window = params.cumulative_type_params?.window ?? params.window;
      const toDate = params.cumulative_type_params?.grain_to_date ?? params.grain_to_date;
      return { type: "cumulative", measure: use(required(params.measure, where), equal), windowDays: window ? daysOf(window, where) : null, toDate: (toDate ?? null) as "month" | null };
    }
    case "conversion": {
      const { base_measure, conversion_measure, entity, calculation, window } = required(params.conversion_type_params, where);
      return { type: "conversion", base: use(base_measure), conversion: use(conversion_measure), entity, windowDays: daysOf(required(window, where), where), rate: calculation === "conversion_rate" };
    }
  }
}

function required<T>(value: T | null | undefined, where: string): T {
  if (value === null || value === undefined) throw new BadSemantics(`${where} does not say what it is made of`);
  return value;
}

function daysOf({ count, granularity }: Window, where: string): number {
  const days = { day: 1, week: 7 }[granularity.replace(/s$/, "")];
  if (days === undefined) throw new BadSemantics(`${where}: a window is so many days or weeks, not ${granularity}`);
  return count * days;
}

/** `{{ Dimension('order__state') }} = 'PAID'` as `{order__state} = 'PAID'`. */
function joinFilters(where: string, ...filters: (WhereFilter | null)[]): FilterTemplate | null {
  const parts = filters.flatMap((filter) => filter?.where_filters.map((one) => one.where_sql_template) ?? []);
  if (parts.length === 0) return null;
  const texts = parts.map((part) => {
    const text = part.replaceAll(/\{\{\s*Dimension\(\s*'([a-z_0-9]+)'\s*\)\s*\}\}/g, (_match, name: string) => `{${name}}`);
    if (/\{\{|\{%/.test(text)) throw new BadSemantics(`${where}: a filter names dimensions as {{ Dimension('entity__name') }} and nothing else`);
    return commonSql(text, where);
  });
  return texts.length === 1 ? (texts[0] as string) : texts.map((text) => `(${text})`).join(" and ");
}

function placed(measures: ReadonlyMap<string, Placed>, name: string, where: string): Placed {
  const found = measures.get(name);
  if (!found) throw new BadSemantics(`${where} names the measure ${name}, which there is not`);
  return found;
}

/** Every measure that the metric is made of in the end. */
function leavesOf(definition: MetricDefinition, definitions: ReadonlyMap<string, MetricDefinition>, where: string, depth = 0): MeasureUse[] {
  if (depth > 5) throw new BadSemantics(`${where} is made of itself`);
  const of = (use: MetricUse) => {
    const next = [...definitions].find(([key]) => camel(key) === use.metric)?.[1];
    if (!next) throw new BadSemantics(`${where} is made of ${use.metric}, which there is not`);
    return leavesOf(next, definitions, where, depth + 1);
  };
  switch (definition.type) {
    case "simple":
    case "cumulative":
      return [definition.measure];
    case "ratio":
      return [...of(definition.numerator), ...of(definition.denominator)];
    case "derived":
      return definition.inputs.flatMap(of);
    case "conversion":
      return [definition.base];
  }
}

/** The measures that some metric shows as money: what is made of one of them is never added up over currencies. */
function moneyMeasures(manifest: SemanticManifest, definitions: ReadonlyMap<string, MetricDefinition>): ReadonlySet<string> {
  const money = manifest.metrics.filter((metric) => metric.config?.meta?.["unit"] === "currency").map((metric) => definitions.get(metric.name));
  return new Set(money.flatMap((definition) => (definition?.type === "simple" || definition?.type === "cumulative" ? [definition.measure.measure, ...definition.measure.equal, ...definition.measure.filtered] : [])));
}

/** The dimensions that a sum, or a sum and difference of such, can be taken apart by: where the source that answers adds rows up. */
function additiveOver(definition: MetricDefinition, definitions: ReadonlyMap<string, MetricDefinition>, measures: ReadonlyMap<string, Placed>): ReadonlySet<string> {
  if (definition.type === "simple") {
    const choice = [definition.measure.measure, ...definition.measure.equal].flatMap((name) => measures.get(name) ?? []);
    const adding = choice.filter(({ source, measure }) => source.before === null && source.apart.length === 0 && (measure.aggregation === "sum" || measure.aggregation === "count") && !measure.lastDay);
    return new Set(adding.flatMap(dimensionsOf));
  }
  if (definition.type !== "derived" || !/^[a-z_0-9\s+-]+$/.test(definition.expression)) return new Set();
  const parts = definition.inputs.map((input) => {
    const next = [...definitions].find(([key]) => camel(key) === input.metric)?.[1];
    return next ? additiveOver(next, definitions, measures) : new Set<string>();
  });
  return parts.reduce((left, right) => left.intersection(right));
}

function formatOf(unit: string, definition: MetricDefinition, mains: readonly Placed[], inParts: boolean): MetricFormat {
  if (unit === "currency") return "money";
  if (unit === "ratio") return "percent";
  // digits after the point were asked for: parts of orders are no whole ones
  if (inParts) return "decimal";
  const whole = definition.type === "simple" || definition.type === "cumulative" || definition.type === "derived";
  return whole && mains.every(({ measure }) => ["sum", "count", "count_distinct", "min", "max"].includes(measure.aggregation)) ? "count" : "decimal";
}

const FUNCTIONS: Readonly<Record<string, (text: string) => string>> = {
  sum: (text) => `sum(${text})`, count: (text) => `count(${text})`, count_distinct: (text) => `count(distinct ${text})`, average: (text) => `avg(${text})`, min: (text) => `min(${text})`, max: (text) => `max(${text})`,
};

function sqlOf(definition: MetricDefinition, mains: readonly Placed[]): CatalogueMetric["sql"] {
  const [main] = mains;
  if (definition.type !== "simple" || !main || main.measure.lastDay) return null;
  const { source, measure } = main;
  const joins = new Set<string>();
  const filter = definition.measure.filter?.replaceAll(/\{([a-z_0-9]+)\}/g, (_match, name: string) => {
    const dimension = filterDimension(source, name);
    if (!dimension) throw new BadSemantics(`a filter asks for ${name}, which ${source.name} does not have`);
    if (dimension.join) joins.add(source.joins.find(({ entity }) => entity === dimension.join?.entity)?.model ?? "");
    return dimension.expression;
  });
  const wrap = FUNCTIONS[measure.aggregation];
  if (!wrap) return null;
  return { model: source.model, expression: wrap(filter ? `case when ${filter} then ${measure.expression} end` : measure.expression), joins: [...joins] };
}


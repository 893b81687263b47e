import type { CatalogueSource } from "#schema/values/metricCatalogue.ts";
import { ok, type Result } from "#schema/values/result.ts";
import { METRIC_MODEL, type MetricModel } from "./catalogue.ts";
import { Params, type Dialect, type ParamType } from "./dialect.ts";
import { quoted, refuse, type BadMetricRequest } from "./metricRequest.ts";
import { storedValue } from "./metricValues.ts";
import { postgresDialect } from "./postgresDialect.ts";
import { SourceReader } from "./sourceReader.ts";

export interface ValuesRequest {
  dimension: string;
  search: string | null;
  first: number;
  after: string | null;
  vendors: readonly string[] | null;
}
export interface ValuesPlan {
  readonly sql: string;
  readonly params: readonly unknown[];
  readonly types: readonly ParamType[];
}

const MAX_SEARCH = 200;

/** The values that a dimension has in the data, from the lightest mart that knows them. */
export function planDimensionValues(request: ValuesRequest, dialect: Dialect = postgresDialect, model: MetricModel = METRIC_MODEL): Result<ValuesPlan, BadMetricRequest> {
  const dimension = model.dimensions.get(request.dimension);
  const open = [...model.dimensions.values()].filter(({ internal }) => !internal).map(({ name }) => name);
  if (!dimension || dimension.internal) return refuse(`There is no dimension "${request.dimension.slice(0, 100)}"; there are ${quoted(open)}.`, "dimension");
  if (request.search !== null && (request.search.length > MAX_SEARCH || request.search.includes("\0"))) return refuse(`The text to look for has at most ${MAX_SEARCH} characters.`, "search");
  const after = request.after === null ? null : storedValue(dimension, request.after);
  if (after === undefined) return refuse("`after` is no value of this dimension.", "after");
  const source = sourceOf(dimension.name, request.vendors !== null, model);
  if (!source) return refuse(`The values of ${dimension.name} cannot be told apart by vendor, so they are not shown to vendors.`, "dimension");
  const params = new Params(dialect);
  const reader = new SourceReader(source, dialect, params);
  const labelled = dimension.idPrefix !== null && source.label !== null && source.key === source.dimensions[dimension.name]?.expression;
  const value = dialect.ordered(`coalesce(${dialect.text(reader.grouping(dimension.name, dimension.idPrefix))}, '${reader.missingOf(dimension.name)}')`);
  const label = labelled ? dialect.text(source.label ?? "") : "cast(null as " + (dialect.engine === "postgres" ? "text" : "string") + ")";
  const own = reader.conditions({ filters: [], vendors: request.vendors });
  const inner = `select distinct ${value} as value, ${label} as label from ${reader.from()}${own.length > 0 ? ` where ${own.join(" and ")}` : ""}`;
  const conditions = [
    ...(request.search ? [dialect.contains(labelled ? "coalesce(label, value)" : "value", params.add("text", request.search))] : []),
    ...(after !== null ? [`value > ${dialect.ordered(params.add("text", after))}`] : []),
  ];
  return ok({ sql: `select value, label from (${inner}) v${conditions.length > 0 ? ` where ${conditions.join(" and ")}` : ""} order by value limit ${params.add("bigint", request.first + 1)}`, params: params.values, types: params.types });
}

/** An aggregate knows what happened and not what there is. The source whose rows the values are; else one whose own column they are, the lightest; for a vendor one whose rows can be told apart. */
function sourceOf(dimension: string, vendors: boolean, model: MetricModel): CatalogueSource | undefined {
  const able = [...model.sources.values()].filter((source) => dimension in source.dimensions && source.rows === null && !source.internal.includes(dimension) && (!vendors || source.vendor !== null));
  const home = able.filter((source) => source.label !== null && source.dimensions[dimension]?.expression === source.key);
  const own = able.filter((source) => source.dimensions[dimension]?.join === null);
  return (home.length > 0 ? home : own.length > 0 ? own : able).sort((left, right) => left.weight - right.weight)[0];
}

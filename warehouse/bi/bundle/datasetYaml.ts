import type { BiColumn, BiMetric, BiModel, DatasetSpec } from "./types.ts";
import { uuid5 } from "./uuid5.ts";
import { type BiEngine, databaseUuid } from "./databaseYaml.ts";

/** A dataset whose columns are all known. */
export interface KnownDataset {
  readonly name: string;
  readonly description: string;
  readonly sql: string | undefined;
  readonly columns: readonly BiColumn[];
  readonly time: string | undefined;
  readonly metrics: readonly BiMetric[];
  /** Marts it reads, itself where it is one. */
  readonly reads: readonly string[];
}

export const datasetUuid = (name: string): string => uuid5(`dataset/${name}`);

/** What Superset calls the contract's types; both engines' names say the same to it. */
const TYPES: Readonly<Record<string, string>> = { uuid: "UUID", text: "TEXT", boolean: "BOOLEAN", integer: "INTEGER", bigint: "BIGINT", "double precision": "DOUBLE PRECISION", numeric: "NUMERIC", date: "DATE", timestamptz: "TIMESTAMP WITH TIME ZONE" };
const TIMES = new Set(["date", "timestamptz"]);

/** Puts a dataset's columns together, or says why it cannot be made. */
export function knowDataset(spec: DatasetSpec, models: ReadonlyMap<string, BiModel>, metrics: readonly BiMetric[]): KnownDataset | { missing: string } {
  const all = mergeMetrics(metrics, spec.metrics ?? []);
  if (spec.sql === undefined) {
    const model = models.get(spec.name);
    if (!model) return { missing: `there is no mart ${spec.name}` };
    return { name: spec.name, description: `${model.description} Grain: ${model.grain}.`, sql: undefined, columns: model.columns, time: spec.time ?? firstTime(model.columns), metrics: all, reads: [spec.name] };
  }
  const reads = spec.reads ?? [];
  const absent = reads.find((name) => !models.has(name));
  if (absent) return { missing: `there is no mart ${absent}` };
  const columns: BiColumn[] = [];
  for (const column of spec.columns ?? []) {
    if (!("from" in column)) {
      columns.push(column);
      continue;
    }
    const [mart = "", name = ""] = column.from.split(".");
    const found = models.get(mart)?.columns.find((one) => one.name === name);
    if (!found) return { missing: `${mart} has no column ${name}` };
    columns.push({ ...found, name: column.name });
  }
  return { name: spec.name, description: spec.description ?? "", sql: spec.sql, columns, time: spec.time ?? firstTime(columns), metrics: all, reads };
}

function mergeMetrics(certified: readonly BiMetric[], own: readonly BiMetric[]): BiMetric[] {
  const names = new Set(certified.map(({ name }) => name));
  return [...certified, ...own.filter(({ name }) => !names.has(name))];
}

const firstTime = (columns: readonly BiColumn[]) => columns.find(({ type }) => type === "date")?.name;

/** The document of a dataset: columns with the contract's words, metrics with the metric layer's. */
export function datasetYaml(dataset: KnownDataset, engine: BiEngine): object {
  return {
    table_name: dataset.name,
    main_dttm_col: dataset.time ?? null,
    description: dataset.description,
    default_endpoint: null,
    offset: 0,
    cache_timeout: null,
    catalog: engine.catalog,
    schema: engine.schema,
    sql: dataset.sql?.replaceAll("{marts}", engine.schema) ?? null,
    params: null,
    template_params: null,
    filter_select_enabled: true,
    fetch_values_predicate: null,
    extra: null,
    normalize_columns: false,
    always_filter_main_dttm: false,
    uuid: datasetUuid(dataset.name),
    metrics: dataset.metrics.map((metric) => ({
      metric_name: metric.name,
      verbose_name: metric.label,
      metric_type: null,
      expression: metric.expression,
      description: metric.description,
      d3format: metric.format,
      extra: metric.certified ? { certification: { certified_by: "Martgraph", details: `metricQuery(metrics: ["${metric.certified}"])` } } : {},
      warning_text: null,
    })),
    columns: dataset.columns.map((column) => ({
      column_name: column.name,
      verbose_name: labelOf(column.name),
      is_dttm: TIMES.has(column.type),
      is_active: true,
      type: TYPES[column.type] ?? column.type.toUpperCase(),
      groupby: true,
      filterable: true,
      expression: null,
      description: column.pii ? `${column.description} Personal: ${column.pii}.` : column.description,
      python_date_format: null,
      extra: {},
    })),
    version: "1.0.0",
    database_uuid: databaseUuid(engine),
  };
}

const ABBREVIATIONS = ["auc", "iso", "ltv", "sku"];

/** `placed_date` as people read it: Placed date. */
export function labelOf(name: string): string {
  const words = name.split("_").map((word) => (ABBREVIATIONS.includes(word) ? word.toUpperCase() : word)).join(" ");
  return `${words[0]?.toUpperCase() ?? ""}${words.slice(1)}`;
}

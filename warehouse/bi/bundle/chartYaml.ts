import { chartParams } from "./chartParams.ts";
import { queryContext } from "./chartQueries.ts";
import { datasetUuid, type KnownDataset } from "./datasetYaml.ts";
import type { ChartSpec } from "./types.ts";
import { uuid5 } from "./uuid5.ts";

export const chartUuid = (name: string): string => uuid5(`chart/${name}`);

/** The names of everything a chart needs of its dataset. */
export function chartNeeds(spec: ChartSpec): { columns: readonly string[]; metrics: readonly string[] } {
  const where = (spec.where ?? []).map(({ column }) => column);
  switch (spec.kind) {
    case "number":
      return { columns: where, metrics: [spec.metric] };
    case "line":
    case "bar":
      return { columns: [...where, spec.x, ...(spec.by ?? [])], metrics: spec.metrics };
    case "ranking":
      return { columns: [...where, spec.x, ...(spec.by ?? [])], metrics: [spec.metric] };
    case "heatmap":
      return { columns: [...where, spec.x, spec.y], metrics: [spec.metric] };
    case "funnel":
    case "pie":
      return { columns: [...where, spec.by], metrics: [spec.metric] };
    case "table":
      return { columns: [...where, ...spec.by], metrics: spec.metrics };
    case "rows":
      return { columns: [...where, ...spec.columns], metrics: [] };
  }
}

/** Why a chart cannot be made over a dataset, or undefined. */
export function lackOf(spec: ChartSpec, dataset: KnownDataset): string | undefined {
  const needs = chartNeeds(spec);
  const column = needs.columns.find((name) => !dataset.columns.some((one) => one.name === name));
  if (column !== undefined) return `${dataset.name} has no column ${column}`;
  const metric = needs.metrics.find((name) => !dataset.metrics.some((one) => one.name === name));
  return metric === undefined ? undefined : `${dataset.name} has no metric ${metric}`;
}

/** The document of a chart, parameters for the front end and query for everybody else. */
export function chartYaml(spec: ChartSpec, dataset: KnownDataset): object {
  const params = chartParams(spec, new Map(dataset.metrics.map((metric) => [metric.name, metric])));
  return {
    slice_name: spec.title,
    description: spec.description,
    certified_by: "Martgraph",
    certification_details: "Generated from the contracts of the marts and the definitions of the metrics",
    viz_type: params["viz_type"],
    params,
    query_context: JSON.stringify(queryContext(spec, params)),
    cache_timeout: null,
    uuid: chartUuid(spec.name),
    version: "1.0.0",
    dataset_uuid: datasetUuid(dataset.name),
  };
}

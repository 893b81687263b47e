import catalogue from "#schema/generated/metrics.json" with { type: "json" };
import type { CatalogueDimension, CatalogueMeasure, CatalogueMetric, CatalogueSource, MetricCatalogue } from "#schema/values/metricCatalogue.ts";

/** The one list of metrics, as `npm run gen` makes it of dbt_project/models/semantic. */
export const METRIC_CATALOGUE = catalogue as unknown as MetricCatalogue;

export const GRAINS = ["DAY", "WEEK", "MONTH", "QUARTER", "YEAR"] as const;
export type Grain = (typeof GRAINS)[number];

export interface PlacedMeasure {
  readonly source: CatalogueSource;
  readonly measure: CatalogueMeasure;
}

/** A catalogue that answers by name. */
export interface MetricModel {
  readonly metrics: ReadonlyMap<string, CatalogueMetric>;
  readonly dimensions: ReadonlyMap<string, CatalogueDimension>;
  readonly sources: ReadonlyMap<string, CatalogueSource>;
  readonly measures: ReadonlyMap<string, PlacedMeasure>;
}

export function metricModel(of: MetricCatalogue): MetricModel {
  return {
    metrics: new Map(of.metrics.map((metric) => [metric.name, metric])),
    dimensions: new Map(of.dimensions.map((dimension) => [dimension.name, dimension])),
    sources: new Map(of.sources.map((source) => [source.name, source])),
    measures: new Map(of.sources.flatMap((source) => source.measures.map((measure) => [measure.name, { source, measure }] as const))),
  };
}

export const METRIC_MODEL: MetricModel = metricModel(METRIC_CATALOGUE);

/** The dimensions that people can ask for; the others are the graph's own way to its entities. */
export const PUBLIC_DIMENSIONS: readonly CatalogueDimension[] = METRIC_CATALOGUE.dimensions.filter((dimension) => !dimension.internal);

import type { CatalogueMetric, FilterTemplate, MeasureUse, MetricUse } from "#schema/values/metricCatalogue.ts";
import type { MetricModel } from "./catalogue.ts";
import type { Dialect } from "./dialect.ts";

/** How a measure's rows are gathered: those of the period, those of a window that ends with it, or those of people who did something later. */
export type LeafMode =
  | { readonly type: "plain" }
  | { readonly type: "window"; readonly windowDays: number | null; readonly toDate: "week" | "month" | "quarter" | "year" | null }
  | { readonly type: "conversion"; readonly conversion: MeasureUse; readonly entity: string; readonly windowDays: number };

/** One number that the marts are asked for. A conversion has two: column and column + "b", the part that converted. */
export interface Leaf {
  /** Its number: the column is `c<n>`, of the compared period `p<n>`. */
  readonly n: number;
  readonly use: MeasureUse;
  readonly filter: FilterTemplate | null;
  /** The part of the filter that is not the measure's own: what a measure with that in it is still asked under. */
  readonly outer: FilterTemplate | null;
  readonly mode: LeafMode;
  /** A metric that shows money asks for it. */
  readonly money: boolean;
}

export type Side = "c" | "p";

export interface ResolvedMetrics {
  readonly leaves: readonly Leaf[];
  /** For each metric its number over the leaves' columns. */
  readonly outputs: readonly ((side: Side) => string)[];
}

/** Takes metrics apart into the numbers that the marts can give, each named once, and says how to put them together again. */
export function resolveMetrics(metrics: readonly CatalogueMetric[], model: MetricModel, dialect: Dialect): ResolvedMetrics {
  const leaves = new Map<string, Leaf>();
  function leaf(use: MeasureUse, filters: readonly FilterTemplate[], mode: LeafMode, money: boolean): number {
    const filter = joined([...(use.filter ? [use.filter] : []), ...filters]);
    const outer = joined(filters);
    const key = JSON.stringify([use.measure, filter, outer, mode]);
    const known = leaves.get(key);
    if (known) return known.n;
    leaves.set(key, { n: leaves.size, use, filter, outer, mode, money });
    return leaves.size - 1;
  }

  function of(metric: CatalogueMetric, filters: readonly FilterTemplate[]): (side: Side) => string {
    const { definition, scale } = metric;
    const input = (use: MetricUse) => of(model.metrics.get(use.metric) as CatalogueMetric, [...filters, ...(use.filter ? [use.filter] : [])]);
    const number = (use: MeasureUse, n: number) => {
      const aggregation = model.measures.get(use.measure)?.measure.aggregation;
      if (aggregation === "average") return (side: Side) => dialect.mean(`${side}${n}`, scale);
      if (aggregation === "median" || aggregation === "percentile") return (side: Side) => `round(${dialect.decimal(`${side}${n}`)}, ${scale})`;
      return (side: Side) => (use.zero ? `coalesce(${side}${n}, 0)` : `${side}${n}`);
    };
    switch (definition.type) {
      case "simple":
        return number(definition.measure, leaf(definition.measure, filters, { type: "plain" }, metric.money));
      case "cumulative":
        return number(definition.measure, leaf(definition.measure, filters, { type: "window", windowDays: definition.windowDays, toDate: definition.toDate }, metric.money));
      case "ratio": {
        const [above, below] = [input(definition.numerator), input(definition.denominator)];
        return (side) => dialect.ratio(above(side), below(side), scale);
      }
      case "derived": {
        const inputs = new Map(definition.inputs.map((use) => [use.alias, input(use)]));
        return (side) => `(${definition.expression.replaceAll(/[a-z_][a-z_0-9]*/g, (name) => inputs.get(name)?.(side) ?? name)})`;
      }
      case "conversion": {
        const n = leaf(definition.base, filters, { type: "conversion", conversion: definition.conversion, entity: definition.entity, windowDays: definition.windowDays }, metric.money);
        return (side) => (definition.rate ? dialect.ratio(`${side}${n}b`, `${side}${n}`, scale) : `coalesce(${side}${n}b, 0)`);
      }
    }
  }
  const outputs = metrics.map((metric) => of(metric, []));
  return { leaves: [...leaves.values()], outputs };
}

function joined(filters: readonly FilterTemplate[]): FilterTemplate | null {
  return filters.length === 0 ? null : filters.map((filter) => `(${filter})`).join(" and ");
}

import type { CatalogueMetric, CatalogueSource, MetricCatalogue, MetricUse } from "#schema/values/metricCatalogue.ts";
import type { BiMetric } from "./types.ts";

/** SQL over the rows of one mart. */
interface Aggregate {
  readonly model: string;
  readonly expression: string;
}

/** How numbers are written, in D3's words. */
const FORMATS = { money: ",.2f", count: ",d", percent: ".1%", decimal: ",.2f" } as const satisfies Record<CatalogueMetric["format"], string>;

/**
 * The metrics of the metric layer that are aggregates over one mart, by that mart, so that a BI tool can group them by any
 * of its columns. `beyond` names the others: those over several marts or over time, which a BI tool cannot say in one expression.
 */
export function metricExpressions({ metrics, sources }: MetricCatalogue): { byModel: ReadonlyMap<string, readonly BiMetric[]>; beyond: readonly string[] } {
  const byName = new Map(metrics.flatMap((metric) => [[metric.name, metric] as const, [metric.key, metric] as const]));
  const byModel = new Map<string, BiMetric[]>();
  const beyond: string[] = [];
  for (const metric of metrics) {
    const found = aggregateOf(metric, byName, sources);
    if (!found) {
      beyond.push(metric.key);
      continue;
    }
    const list = byModel.get(found.model) ?? [];
    list.push({
      name: metric.key,
      label: metric.label,
      description: metric.description,
      expression: metric.money ? ofOneCurrency(found, sources) : found.expression,
      format: FORMATS[metric.format],
      ...(metric.certified ? { certified: metric.name } : {}),
    });
    byModel.set(found.model, list);
  }
  return { byModel, beyond };
}

function aggregateOf(metric: CatalogueMetric, byName: ReadonlyMap<string, CatalogueMetric>, sources: readonly CatalogueSource[]): Aggregate | undefined {
  const { definition } = metric;
  switch (definition.type) {
    case "simple": {
      const measure = sources.flatMap((source) => source.measures).find(({ name }) => name === definition.measure.measure);
      if (!metric.sql || metric.sql.joins.length > 0 || measure?.lastDay === true) return undefined;
      const isZero = definition.measure.zero && !metric.sql.expression.startsWith("coalesce(");
      return { model: metric.sql.model, expression: isZero ? `coalesce(${metric.sql.expression}, 0)` : metric.sql.expression };
    }
    case "ratio": {
      const parts = [definition.numerator, definition.denominator].map((use) => inputOf(use, byName, sources));
      const [above, below] = parts;
      if (!above || !below || above.model !== below.model) return undefined;
      // counts are whole numbers: without the cast PostgreSQL would cut the quotient off
      return { model: above.model, expression: `round(cast(${above.expression} as numeric) / nullif(${below.expression}, 0), ${metric.scale})` };
    }
    case "derived": {
      const inputs = definition.inputs.map((use) => [use.alias, inputOf(use, byName, sources)] as const);
      const models = new Set(inputs.map(([, input]) => input?.model));
      const [model] = models;
      if (models.size !== 1 || model === undefined) return undefined;
      const known = new Map(inputs);
      return { model, expression: definition.expression.replace(/[a-z_][a-z0-9_]*/g, (word) => (known.has(word) ? `(${known.get(word)?.expression ?? ""})` : word)) };
    }
    default:
      return undefined;
  }
}

function inputOf(use: MetricUse, byName: ReadonlyMap<string, CatalogueMetric>, sources: readonly CatalogueSource[]): Aggregate | undefined {
  const metric = byName.get(use.metric);
  return metric && use.filter === null ? aggregateOf(metric, byName, sources) : undefined;
}

/** Nothing instead of a sum over two currencies. */
function ofOneCurrency({ model, expression }: Aggregate, sources: readonly CatalogueSource[]): string {
  const currency = sources.find((source) => source.model === model && source.currency !== null)?.currency;
  return currency ? oneCurrency(expression, currency) : expression;
}

export const oneCurrency = (expression: string, currency = "currency"): string => `case when min(${currency}) = max(${currency}) then ${expression} end`;

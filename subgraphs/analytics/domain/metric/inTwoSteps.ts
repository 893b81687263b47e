import type { CatalogueMeasure } from "#schema/values/metricCatalogue.ts";

/** What a scan adds up: a measure, and the condition under which a row counts. */
export interface Summand {
  readonly column: string;
  readonly measure: Pick<CatalogueMeasure, "aggregation" | "expression">;
  readonly condition: string | null;
}

/** A grouping in two steps: what is added up first, and how that is put together. */
export interface TwoSteps {
  /** The value that is counted once, by which the first step groups too; null where there is none. */
  readonly value: string | null;
  readonly inner: readonly string[];
  readonly outer: readonly string[];
}

/** How the numbers of groups are put together. */
export const AGAIN: Readonly<Record<string, string>> = { sum: "sum", count: "sum", min: "min", max: "max" };

/**
 * Distinct values of one expression, counted by grouping by them first: an engine hashes the groups, in several processes, where
 * `count(distinct ...)` sorts all rows. Null where the numbers of groups cannot be put together.
 */
export function inTwoSteps(summands: readonly Summand[]): TwoSteps | null {
  const apart = new Set(summands.filter(({ measure }) => measure.aggregation === "count_distinct").map(({ measure }) => measure.expression));
  if (apart.size > 1) return null;
  if (!summands.every(({ measure }) => measure.aggregation === "count_distinct" || measure.aggregation in AGAIN)) return null;
  const inner: string[] = [];
  const outer: string[] = [];
  for (const { column, measure, condition } of summands) {
    const under = (expression: string) => (condition ? `case when ${condition} then ${expression} end` : expression);
    if (measure.aggregation !== "count_distinct") {
      const once = measure.aggregation === "sum" && measure.expression === "1" && !condition ? "count(*)" : `${measure.aggregation}(${under(measure.expression)})`;
      inner.push(`${once} as ${column}`);
      outer.push(`${AGAIN[measure.aggregation]}(${column}) as ${column}`);
    } else if (condition) {
      inner.push(`max(${under("1")}) as ${column}`);
      outer.push(`count(case when ${column} = 1 then value__ end) as ${column}`);
    } else {
      outer.push(`count(value__) as ${column}`);
    }
  }
  return { value: [...apart][0] ?? null, inner, outer };
}

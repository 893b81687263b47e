import type { BlockPart } from "./block.ts";
import type { MetricModel } from "./catalogue.ts";
import type { Dialect, Params } from "./dialect.ts";
import { AGAIN } from "./inTwoSteps.ts";
import { resolveMetrics, type ResolvedMetrics } from "./leaves.ts";
import type { CheckedRequest } from "./metricRequest.ts";
import { REST } from "./metricValues.ts";

/** The values of a dimension with the highest numbers, in every currency apart; ties by value. */
export function bestOf(sums: string, dimension: string, value: string, count: number, params: Params): string {
  const place = `row_number() over (partition by currency order by case when value__ is null then 1 else 0 end, value__ desc, ${dimension})`;
  const valued = `select ${dimension}, currency, ${value} as value__ from (${sums}) s`;
  return `select ${dimension} as top__value, currency as top__currency from (select ${dimension}, currency, ${place} as place__ from (${valued}) v) r where place__ <= ${params.add("bigint", count)}`;
}

/**
 * A top whose numbers are read once: all values of the dimension first, the best of them from those, and what is left thrown together.
 * Answers the relations from the groups of all values to `joined`; null where the numbers of values and periods cannot be put together
 * like that, as of people: then the rows are read for the top first and for the groups again.
 */
export function topInSteps(
  request: CheckedRequest, top: NonNullable<CheckedRequest["top"]>, currencies: boolean, parts: readonly BlockPart[], outputs: ResolvedMetrics["outputs"], model: MetricModel, dialect: Dialect,
): ((groups: string, keys: readonly string[], params: Params) => string[]) | null {
  const value = outputs[request.metrics.indexOf(top.by)]?.("c");
  // Groups of a comparison hold values that the range itself has not, and groups of currencies no number over all of them.
  if (value === undefined || request.shift || top.by.money !== currencies || parts.some(({ leaf }) => leaf.mode.type !== "plain")) return null;
  const { leaves } = resolveMetrics([top.by], model, dialect);
  const ranked = parts.filter(({ leaf }) => leaves.some(({ use, filter, mode }) => JSON.stringify([use, filter, mode]) === JSON.stringify([leaf.use, leaf.filter, leaf.mode])));
  if (ranked.length !== leaves.length) return null;
  const chosen = (some: readonly BlockPart[]) => some.flatMap(({ choice }) => [choice.months, choice.days].filter((one) => one !== null));
  const whole = request.grain === null && request.dimensions.length === 1;
  const adds = chosen(ranked).every(({ source, measure }) => measure.aggregation === "sum" && source.before === null && !measure.lastDay);
  const merges = chosen(parts).every(({ measure }) => measure.aggregation in AGAIN);
  if ((!whole && !adds) || (top.rest && !merges)) return null;
  return (groups, keys, params) => {
    const place = `d${top.dimension}`;
    const sums = whole ? "select * from everything" : `select ${place}, currency, ${ranked.map(({ leaf }) => `sum(c${leaf.n}) as c${leaf.n}`).join(", ")} from everything group by 1, 2`;
    const on = `top.top__value = everything.${place}${currencies ? " and top.top__currency = everything.currency" : ""}`;
    const columns = parts.map(({ leaf, choice }) => ({ name: `c${leaf.n}`, again: AGAIN[(choice.days ?? choice.months)?.measure.aggregation ?? ""] }));
    const joined = top.rest
      ? `select ${keys.map((key) => (key === place ? `case when top.top__value is null then ${dialect.ordered(`'${REST}'`)} else everything.${place} end as ${place}` : `everything.${key} as ${key}`)).join(", ")}, ${columns.map(({ name, again }) => `${again}(everything.${name}) as ${name}`).join(", ")} from everything left join top on ${on} group by ${keys.map((_, index) => index + 1).join(", ")}`
      : `select everything.* from everything join top on ${on}`;
    return [`everything as (${groups})`, `top as (${bestOf(sums, place, value, top.count, params)})`, `joined as (${joined})`];
  };
}

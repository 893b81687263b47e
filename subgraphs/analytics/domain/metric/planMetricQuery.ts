import type { CatalogueDimension, CatalogueMetric } from "#schema/values/metricCatalogue.ts";
import { ok, type Result } from "#schema/values/result.ts";
import { conversionBlock, plainBlock, windowBlock, type Block, type BlockContext, type BlockPart } from "./block.ts";
import { METRIC_MODEL, type MetricModel } from "./catalogue.ts";
import { chooseSource, isByStep, type Choice, type Chosen } from "./chooseSource.ts";
import { Params, type Dialect, type ParamType } from "./dialect.ts";
import { resolveMetrics, type Leaf, type Side } from "./leaves.ts";
import { checkRequest, refuse, type BadMetricRequest, type CheckedRequest, type MetricRequest } from "./metricRequest.ts";
import { keysOf, pageCondition, type SortKey } from "./order.ts";
import { periodsOf, shiftRange } from "./periods.ts";
import { postgresDialect } from "./postgresDialect.ts";
import { stepBlock } from "./stepBlock.ts";
import { bestOf, topInSteps } from "./topInSteps.ts";

export interface MetricPlan {
  readonly metrics: readonly CatalogueMetric[];
  readonly dimensions: readonly CatalogueDimension[];
  /** Values are compared: columns `p<n>`, `x<n>` (change) and `y<n>` (change in per cent) beside `m<n>`. */
  readonly compares: boolean;
  /** The columns that a cursor holds, in order. */
  readonly keys: readonly string[];
  readonly sql: string;
  readonly params: readonly unknown[];
  readonly types: readonly ParamType[];
  /** The marts that answer. */
  readonly sources: readonly string[];
}

/** Periods that are made where there are no rows: for gaps and for windows. */
export const MAX_PERIODS = 4_000;

/**
 * Compiles a request into one statement. Every number is taken from the lightest source that can give it; numbers of one source
 * are taken in one scan; scans are joined on their groups; then metrics are put together, compared, ordered and cut to a page.
 */
export function planMetricQuery(request: MetricRequest, dialect: Dialect = postgresDialect, model: MetricModel = METRIC_MODEL): Result<MetricPlan, BadMetricRequest> {
  const checked = checkRequest(request, model);
  if (!checked.ok) return checked;
  return compile(checked.value, dialect, model);
}

function compile(request: CheckedRequest, dialect: Dialect, model: MetricModel): Result<MetricPlan, BadMetricRequest> {
  const params = new Params(dialect);
  const { leaves, outputs } = resolveMetrics(request.metrics, model, dialect);
  const windowed = leaves.some(({ mode }) => mode.type === "window");
  const periods = windowed || request.fillGaps ? periodsOf(request.range, request.grain, MAX_PERIODS) : [];
  if (periods.length > MAX_PERIODS) return refuse(`The range has more than ${MAX_PERIODS} periods: take a longer grain or a shorter range.`, "range");
  const currencies = request.metrics.some(({ money }) => money);
  const top = request.top ? { dimension: request.top.dimension, rest: request.top.rest, currencies: request.top.by.money } : null;
  const context: BlockContext = { request, model, dialect, params, currencies, top, periods };
  const sides: readonly Side[] = request.shift ? ["c", "p"] : ["c"];
  const dimensions = request.dimensions.map((_, index) => `d${index}`);
  const keys = ["period", ...dimensions, "currency"];
  const parts = partsOf(context, leaves, sides, request);
  if (!parts.ok) return parts;
  const steps = request.top ? topInSteps(request, request.top, currencies, parts.value, outputs, model, dialect) : null;
  const ctes: string[] = [];
  if (request.top && !steps) {
    const ranking = topRelation(request, request.top, context);
    if (!ranking.ok) return ranking;
    ctes.push(`top as (${ranking.value})`);
  }
  const blocks = blocksOf(steps ? { ...context, top: null } : context, parts.value, sides, request);
  const columns = blocks.flatMap((block) => block.columns);
  const groups = joinBlocks(blocks, dimensions, dialect);
  ctes.push(...(steps ? steps(groups, keys, params) : [`joined as (${groups})`]));
  let from = "joined";
  if (request.fillGaps) {
    const groups = dimensions.length > 0 || currencies ? `(select distinct ${keys.slice(1).join(", ")} from joined) g` : `(select ${dialect.ordered(dialect.text("''"))} as currency) g`;
    const spine = dialect.lists("s", [{ name: "period__", place: params.add("text[]", periods.map(({ at }) => at)) }]);
    const on = keys.map((key) => (key === "period" ? `j.period = ${dialect.ordered("s.period__")}` : `j.${key} = g.${key}`));
    ctes.push(`filled as (select ${dialect.ordered("s.period__")} as period, ${keys.slice(1).map((key) => `g.${key} as ${key}`).join(", ")}, ${columns.map((column) => `j.${column} as ${column}`).join(", ")} from ${groups} cross join ${spine} left join joined j on ${on.join(" and ")})`);
    from = "filled";
  }
  const values = outputs.flatMap((output, index) => sides.map((side) => `${output(side)} as ${side === "c" ? "m" : "q"}${index}`));
  ctes.push(`valued as (select ${[...keys, ...values].join(", ")} from ${from})`);
  let last = "valued";
  if (request.shift) {
    const changes = request.metrics.map((_, index) => `m${index} - q${index} as x${index}, ${dialect.ratio(`100 * (m${index} - q${index})`, `abs(q${index})`, 2)} as y${index}`);
    ctes.push(`compared as (select valued.*, ${changes.join(", ")} from valued)`);
    last = "compared";
  }
  const having = request.having.map(({ metric, operator, value }) => `m${metric} ${operator} ${params.add("numeric", value)}`);
  ctes.push(`counted as (select ${last}.*, count(*) over () as total__ from ${last}${having.length > 0 ? ` where ${having.join(" and ")}` : ""})`);
  const sort = keysOf(request, keys);
  const page = request.after ? pageCondition(sort, request.after, params, dialect) : "";
  if (page === undefined) return refuse("The cursor does not belong to this query.", "after");
  const shown = request.metrics.flatMap((_, index) => [
    `${dialect.decimalText(`m${index}`)} as m${index}`,
    ...(request.shift ? [`${dialect.decimalText(`q${index}`)} as q${index}`, `${dialect.decimalText(`x${index}`)} as x${index}`, `${dialect.decimalText(`y${index}`)} as y${index}`] : []),
  ]);
  const order = sort.flatMap(({ column, descending, nullable }) => [...(nullable ? [`case when counted.${column} is null then 1 else 0 end`] : []), `counted.${column}${descending ? " desc" : ""}`]);
  const sql = `with ${ctes.join(", ")} select ${keys.join(", ")}, ${shown.join(", ")}, ${dialect.text("total__")} as total from counted${page} order by ${order.join(", ")} limit ${params.add("bigint", request.first + 1)}`;
  return ok({ metrics: request.metrics, dimensions: request.dimensions, compares: request.shift !== null, keys: sort.map(({ column }: SortKey) => column), sql, params: params.values, types: params.types, sources: [...new Set(blocks.flatMap(({ models }) => models))] });
}

interface NamedBlock extends Block {
  readonly models: readonly string[];
}

/** What answers each of the numbers. */
function partsOf(context: BlockContext, leaves: readonly Leaf[], sides: readonly Side[], request: CheckedRequest): Result<BlockPart[], BadMetricRequest> {
  const { model, currencies, top, dialect } = context;
  const ranges = sides.map((side) => (side === "p" && request.shift ? shiftRange(request.range, request.shift) : request.range));
  const needs = { request, merged: top?.rest ? (request.dimensions[top.dimension]?.name ?? null) : null, currencies, ranges, bySteps: top === null && dialect.engine === "postgres" };
  const parts: BlockPart[] = [];
  for (const leaf of leaves) {
    const choice = chooseSource(leaf, needs, model);
    if (!choice.ok) return refuse(`${metricOf(leaf, request, model)} cannot be told ${choice.error} together with what else is asked for.`, "metrics");
    if (top?.currencies && chosenOf(choice.value).some(({ source }) => source.currency === null)) return refuse(`${metricOf(leaf, request, model)} knows no currency, so it cannot stand beside a top by ${request.top?.by.name}.`, "top");
    parts.push({ leaf, choice: choice.value });
  }
  return ok(parts);
}

function blocksOf(context: BlockContext, parts: readonly BlockPart[], sides: readonly Side[], request: CheckedRequest): NamedBlock[] {
  const stepped = ({ choice }: BlockPart) => choice.days !== null && isByStep(choice.days.source, choice.days.measure);
  const nameOf = (chosen: Chosen | null) => (chosen ? `${chosen.source.name} ${chosen.measure.time} ${chosen.measure.lastDay} ${isByStep(chosen.source, chosen.measure)}` : "");
  const scans = Map.groupBy(parts, ({ leaf, choice }) => (leaf.mode.type === "plain" ? `${nameOf(choice.months)} / ${nameOf(choice.days)}` : `leaf ${leaf.n}`));
  return [...scans.values()].flatMap((same) =>
    sides.map((side): NamedBlock => {
      const shift = side === "p" ? request.shift : null;
      const [first] = same as [BlockPart];
      const block = stepped(first) ? stepBlock(context, same, side, shift) : first.leaf.mode.type === "plain" ? plainBlock(context, same, side, shift) : first.leaf.mode.type === "window" ? windowBlock(context, first, side, shift) : conversionBlock(context, first, side, shift);
      // the rows of a step are read where they stand
      const stood = stepped(first) ? context.model.sources.get(first.choice.days?.source.steps?.of ?? "")?.model : undefined;
      return { ...block, models: [...chosenOf(first.choice).map(({ source }) => source.model), ...(stood === undefined ? [] : [stood])] };
    }));
}

const chosenOf = ({ months, days }: Choice): Chosen[] => [months, days].filter((one) => one !== null);

/** The metric that a person asked for and that the leaf is of. */
function metricOf(leaf: Leaf, request: CheckedRequest, model: MetricModel): string {
  const owner = [...model.metrics.values()].find((metric) => "measure" in metric.definition && metric.definition.measure.measure === leaf.use.measure);
  return owner?.name ?? request.metrics[0]?.name ?? leaf.use.measure;
}

/** The values of the top: by the whole range, in every currency apart where the metric is made of money; ties by value. */
function topRelation(request: CheckedRequest, top: NonNullable<CheckedRequest["top"]>, context: BlockContext): Result<string, BadMetricRequest> {
  const dimension = request.dimensions[top.dimension] as CatalogueDimension;
  const ranked: CheckedRequest = { ...request, metrics: [top.by], dimensions: [dimension], grain: null, top: null, shift: null };
  const { leaves, outputs } = resolveMetrics([top.by], context.model, context.dialect);
  const inner: BlockContext = { ...context, request: ranked, currencies: top.by.money, top: null, periods: periodsOf(request.range, null, 1) };
  const parts = partsOf(inner, leaves, ["c"], ranked);
  if (!parts.ok) return parts;
  const sums = joinBlocks(blocksOf(inner, parts.value, ["c"], ranked), ["d0"], context.dialect);
  return ok(bestOf(sums, "d0", outputs[0]?.("c") ?? "null", top.count, context.params));
}

/** Blocks on their groups; a block without currency stands beside every currency of the others. */
function joinBlocks(blocks: readonly NamedBlock[], dimensions: readonly string[], dialect: Dialect): string {
  const keys = ["period", ...dimensions];
  const join = (some: readonly NamedBlock[], on: readonly string[]) => {
    const [first, ...others] = some.map(({ sql }) => `(${sql})`);
    return `${first} j0${others.map((sql, index) => ` full join ${sql} j${index + 1} using (${on.join(", ")})`).join("")}`;
  };
  const columns = (some: readonly NamedBlock[]) => some.flatMap((block) => block.columns).join(", ");
  const withMoney = blocks.filter(({ currency }) => currency);
  const without = blocks.filter(({ currency }) => !currency);
  const none = dialect.ordered(dialect.text("''"));
  if (withMoney.length === 0) return `select ${keys.join(", ")}, ${none} as currency, ${columns(without)} from ${join(without, keys)}`;
  if (without.length === 0) return `select ${[...keys, "currency"].join(", ")}, ${columns(withMoney)} from ${join(withMoney, [...keys, "currency"])}`;
  const left = `(select ${[...keys, "currency"].join(", ")}, ${columns(withMoney)} from ${join(withMoney, [...keys, "currency"])}) l`;
  const right = `(select ${keys.join(", ")}, ${columns(without)} from ${join(without, keys)}) r`;
  return `select ${keys.join(", ")}, ${dialect.ordered(`coalesce(currency, ${dialect.text("''")})`)} as currency, ${columns(withMoney)}, ${columns(without)} from ${left} full join ${right} using (${keys.join(", ")})`;
}

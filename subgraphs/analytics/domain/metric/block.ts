import type { CatalogueMeasure, CatalogueSource, CatalogueTime } from "#schema/values/metricCatalogue.ts";
import type { MetricModel, PlacedMeasure } from "./catalogue.ts";
import type { Choice, Chosen } from "./chooseSource.ts";
import type { Dialect, Params } from "./dialect.ts";
import { inTwoSteps } from "./inTwoSteps.ts";
import type { Leaf, Side } from "./leaves.ts";
import type { CheckedRequest } from "./metricRequest.ts";
import { REST } from "./metricValues.ts";
import { addDays, shiftRange, splitMonths, windowOf, type Days, type Period, type Shift } from "./periods.ts";
import { aggregateOf, SourceReader } from "./sourceReader.ts";

export interface BlockContext {
  readonly request: Pick<CheckedRequest, "dimensions" | "grain" | "range" | "filters" | "vendors" | "zone">;
  readonly model: MetricModel;
  readonly dialect: Dialect;
  readonly params: Params;
  /** Money is asked for: groups are told apart by currency. */
  readonly currencies: boolean;
  /** The relation with the values of the top, where one is asked for. */
  readonly top: { readonly dimension: number; readonly rest: boolean; readonly currencies: boolean } | null;
  /** The periods of the range, for windows. */
  readonly periods: readonly Period[];
}

/** Leaves that the same scans answer. */
export interface BlockPart {
  readonly leaf: Leaf;
  readonly choice: Choice;
}

export interface Block {
  readonly sql: string;
  readonly columns: readonly string[];
  /** Its groups are told apart by currency. */
  readonly currency: boolean;
}

/** Grouped: columns `period`, `d0`..., `currency` where it has one, and one for each leaf. Months and the days beside them are added up. */
export function plainBlock(context: BlockContext, parts: readonly BlockPart[], side: Side, shift: Shift | null): Block {
  const days = shift ? shiftRange(context.request.range, shift) : context.request.range;
  const { months, rest } = (parts[0] as BlockPart).choice.months ? splitMonths(days) : { months: null, rest: [days] };
  const scans = [
    ...(months ? [scan(context, parts.map(({ leaf, choice }) => [leaf, choice.months as Chosen] as const), side, shift, months)] : []),
    ...rest.map((some) => scan(context, parts.map(({ leaf, choice }) => [leaf, choice.days as Chosen] as const), side, shift, some)),
  ];
  const [first] = scans as [Block];
  if (scans.length === 1) return first;
  const groups = ["period", ...context.request.dimensions.map((_, index) => `d${index}`), ...(first.currency ? ["currency"] : [])];
  return { ...first, sql: grouped(groups, first.columns.map((column) => `sum(${column}) as ${column}`), `(${scans.map(({ sql }) => sql).join(" union all ")}) pieces`, []) };
}

/** One scan of a source. */
function scan(context: BlockContext, parts: readonly (readonly [Leaf, Chosen])[], side: Side, shift: Shift | null, days: Days): Block {
  const { dialect, request } = context;
  const [, { source, measure }] = parts[0] as readonly [Leaf, Chosen];
  const reader = new SourceReader(source, dialect, context.params);
  const time = timeOf(source, measure);
  const day = time ? reader.day(time, request.zone) : null;
  const groups = groupsOf(context, reader);
  const period = request.grain && day ? shifted(dialect, dialect.truncate(request.grain, day), shift) : null;
  const columns = parts.map(([leaf]) => `${side}${leaf.n}`);
  const sums = parts.map(([leaf, chosen]) => `${reader.aggregate(chosen.measure, chosen.filter)} as ${side}${leaf.n}`);
  const steps = inTwoSteps(parts.map(([leaf, chosen]) => ({ column: `${side}${leaf.n}`, measure: chosen.measure, condition: chosen.filter && reader.template(chosen.filter) })));
  const within = time && day ? [reader.within(time, request.zone, day, days), ...firstInPeriod(context, reader, day, days)] : [];
  const conditions = [...within, ...leapDays(dialect, shift, day), ...reader.conditions(request)];
  const lastDay = measure.lastDay && time && day ? lastDayJoin(context, reader, time, day, days) : "";
  const selected = [...(period ? [`${period} as period`] : []), ...groups.map(({ expression, name }) => `${expression} as ${name}`)];
  const names = [...(period ? ["period"] : []), ...groups.map(({ name }) => name)];
  const scanned = () => `${reader.from()}${lastDay}${topJoin(context, reader)}`;
  let inner: string;
  if (context.top && steps?.value === null) {
    // the values of the dimension first: they are fewer than the rows, each of which would be looked for in the top
    const apart = groupsOf({ ...context, top: null }, reader);
    const first = grouped([...(period ? [`${period} as period`] : []), ...apart.map(({ expression, name }) => `${expression} as ${name}`)], steps.inner, `${reader.from()}${lastDay}`, conditions);
    const place = `d${context.top.dimension}`;
    const value = apart[context.top.dimension]?.shown ?? place;
    const on = context.top.currencies ? ` and top.top__currency = ${dialect.ordered("currency")}` : "";
    inner = grouped(names.map((name) => (name === place ? `case when top.top__value is null then '${REST}' else ${value} end as ${name}` : name)), steps.outer, `(${first}) apart left join top on top.top__value = ${value}${on}`, topCondition(context));
  } else if (steps && steps.value !== null) {
    inner = grouped(names, steps.outer, `(${grouped([...selected, `${steps.value} as value__`], steps.inner, scanned(), [...conditions, ...topCondition(context)])}) once`, []);
  } else {
    inner = grouped(selected, sums, scanned(), [...conditions, ...topCondition(context)]);
  }
  const outer = [`${dialect.ordered(period ? dialect.dayText("period") : dialect.text("''"))} as period`, ...groups.map(({ shown, name }) => `${shown} as ${name}`), ...columns];
  return { sql: `select ${outer.join(", ")} from (${inner}) f`, columns, currency: groups.some(({ name }) => name === "currency") };
}

/** A window that ends with each period: the days of the window once, then every period over the days that it counts. */
export function windowBlock(context: BlockContext, part: BlockPart, side: Side, shift: Shift | null): Block {
  const { dialect, request, params } = context;
  const { leaf } = part;
  const { source, measure, filter } = part.choice.days as Chosen;
  if (leaf.mode.type !== "window") throw new Error("a window is asked of a leaf that has none");
  const { windowDays, toDate } = leaf.mode;
  const windows = context.periods.map((period) => ({ at: period.at, ...windowOf(shift ? periodBefore(period, shift) : period, windowDays, toDate) }));
  const reader = new SourceReader(source, dialect, params);
  const time = timeOf(source, measure);
  if (!time) throw new Error(`${measure.name} has no time to go back in`);
  const day = reader.day(time, request.zone);
  const groups = groupsOf(context, reader);
  const days = { from: windows.reduce((least, { from }) => (from < least ? from : least), "9999-12-31"), to: windows.reduce((most, { to }) => (to > most ? to : most), "0001-01-01") };
  const value = filter ? `case when ${reader.template(filter)} then ${measure.expression} end` : measure.expression;
  const adds = measure.aggregation === "sum" || measure.aggregation === "count";
  const column = `${side}${leaf.n}`;
  // Who came before any window with this day began is new in all of them: such days need not be told apart.
  const before = windowDays === null ? source.before : `case when ${source.before} > ${dialect.addDays(day, -windowDays)} then ${source.before} end`;
  const selected = [`${day} as day__`, ...(source.before === null ? [] : [`${before} as before__`]), ...groups.map(({ expression, name }) => `${expression} as ${name}`)];
  const conditions = [reader.within(time, request.zone, day, days), ...reader.conditions(request), ...topCondition(context)];
  const source_ = `${reader.from()}${topJoin(context, reader)}`;
  const daily = adds
    ? grouped(selected, [`${aggregateOf(measure, value, dialect)} as value__`], source_, conditions)
    : `select ${measure.aggregation === "count_distinct" ? "distinct " : ""}${[...selected, `${value} as value__`].join(", ")} from ${source_} where ${conditions.join(" and ")}`;
  const over = dialect.lists("w", [
    { name: "period", place: params.add("text[]", windows.map(({ at }) => at)) },
    { name: "from__", place: params.add("date[]", windows.map(({ from }) => from)) },
    { name: "to__", place: params.add("date[]", windows.map(({ to }) => to)) },
  ]);
  const again = adds ? `sum(f.value__)` : aggregateOf(measure, "f.value__", dialect);
  const outer = [`${dialect.ordered("w.period")} as period`, ...groups.map(({ shown, name }) => `${shown.replaceAll("{f}", "f.")} as ${name}`)];
  return {
    sql: grouped(outer, [`${again} as ${column}`], `${over} join (${daily}) f on f.day__ >= w.from__ and f.day__ < w.to__${source.before === null ? "" : " and (f.before__ is null or f.before__ < w.from__)"}`, []),
    columns: [column],
    currency: groups.some(({ name }) => name === "currency"),
  };
}

/** The base's rows, and those of them whose entity did the other thing from then on and within the window. */
export function conversionBlock(context: BlockContext, part: BlockPart, side: Side, shift: Shift | null): Block {
  const { dialect, request, params, model } = context;
  const { leaf } = part;
  const { source, measure, filter } = part.choice.days as Chosen;
  if (leaf.mode.type !== "conversion") throw new Error("a conversion is asked of a leaf that is none");
  const { entity, windowDays, conversion } = leaf.mode;
  const other = model.measures.get(conversion.measure) as PlacedMeasure;
  const reader = new SourceReader(source, dialect, params);
  const time = timeOf(source, measure);
  const otherTime = timeOf(other.source, other.measure);
  if (!time?.instant || !otherTime?.instant || source.key === null) throw new Error(`${measure.name} and ${conversion.measure} need instants and a key`);
  const day = reader.day(time, request.zone);
  const days = shift ? shiftRange(request.range, shift) : request.range;
  const groups = groupsOf(context, reader);
  const period = request.grain ? shifted(dialect, dialect.truncate(request.grain, day), shift) : null;
  const counted = filter ? `case when ${reader.template(filter)} then ${measure.expression} end` : measure.expression;
  const column = `${side}${leaf.n}`;
  const later = new SourceReader(other.source, dialect, params);
  const laterWhere = conversion.filter ? ` where ${later.template(conversion.filter)}` : "";
  const matched = [
    `select distinct b.key__ as matched__key from (select ${source.key} as key__, ${source.entities[entity]} as entity__, ${time.instant} as at__ from ${dialect.table(source.model)} where ${reader.within(time, request.zone, day, days)}) b`,
    `join (select ${other.source.entities[entity]} as entity__, ${otherTime.instant} as at__ from ${later.from()}${laterWhere}) c`,
    `on c.entity__ = b.entity__ and c.at__ >= b.at__ and c.at__ < ${dialect.laterByDays("b.at__", windowDays)}`,
  ].join(" ");
  const sums = [`${aggregateOf(measure, counted, dialect)} as ${column}`, `${aggregateOf(measure, `case when matched__key is not null then ${counted} end`, dialect)} as ${column}b`];
  const conditions = [reader.within(time, request.zone, day, days), ...leapDays(dialect, shift, day), ...reader.conditions(request), ...topCondition(context)];
  const selected = [...(period ? [`${period} as period`] : []), ...groups.map(({ expression, name }) => `${expression} as ${name}`)];
  const inner = grouped(selected, sums, `${reader.from()} left join (${matched}) matched on matched.matched__key = ${source.key}${topJoin(context, reader)}`, conditions);
  const outer = [`${dialect.ordered(period ? dialect.dayText("period") : dialect.text("''"))} as period`, ...groups.map(({ shown, name }) => `${shown} as ${name}`), column, `${column}b`];
  return { sql: `select ${outer.join(", ")} from (${inner}) f`, columns: [column, `${column}b`], currency: groups.some(({ name }) => name === "currency") };
}

interface Group {
  readonly name: string;
  /** In the scan, in the column's own type. */
  readonly expression: string;
  /** Over the scan's column, as ordered text that is never null. */
  readonly shown: string;
}

export function groupsOf(context: BlockContext, reader: SourceReader): Group[] {
  const { dialect, request, top } = context;
  const dimensions = request.dimensions.map((dimension, index): Group => {
    const name = `d${index}`;
    const missing = reader.missingOf(dimension.name);
    if (top?.dimension === index) {
      const value = topValue(context, reader);
      return { name, expression: `case when top.top__value is null then '${REST}' else ${value} end`, shown: dialect.ordered(name) };
    }
    return { name, expression: reader.grouping(dimension.name, dimension.idPrefix), shown: dialect.ordered(`coalesce(${dialect.text(name)}, '${missing}')`) };
  });
  const { currency } = reader.source;
  return context.currencies && currency !== null ? [...dimensions, { name: "currency", expression: currency, shown: dialect.ordered("currency") }] : dimensions;
}

function topValue({ request, top, dialect }: BlockContext, reader: SourceReader): string {
  const dimension = request.dimensions[top?.dimension ?? 0];
  if (!dimension) throw new Error("the top is of no dimension");
  return dialect.ordered(`coalesce(${dialect.text(reader.grouping(dimension.name, dimension.idPrefix))}, '${reader.missingOf(dimension.name)}')`);
}

function topJoin(context: BlockContext, reader: SourceReader): string {
  if (!context.top) return "";
  const byCurrency = context.top.currencies ? ` and top.top__currency = ${context.dialect.ordered(reader.source.currency ?? "''")}` : "";
  return ` left join top on top.top__value = ${topValue(context, reader)}${byCurrency}`;
}

const topCondition = ({ top }: BlockContext): string[] => (top && !top.rest ? ["top.top__value is not null"] : []);

/** Of what does not add up over days, the rows of each period's last day alone. */
function lastDayJoin({ request, dialect }: BlockContext, reader: SourceReader, time: CatalogueTime, day: string, days: Days): string {
  const bucket = request.grain ? ` group by ${dialect.truncate(request.grain, day)}` : "";
  return ` join (select max(${day}) as last__day from ${dialect.table(reader.source.model)} where ${reader.within(time, request.zone, day, days)}${bucket}) last__ on last__.last__day = ${day}`;
}

export function shifted(dialect: Dialect, at: string, shift: Shift | null): string {
  if (!shift) return at;
  return shift.unit === "days" ? dialect.addDays(at, shift.count) : dialect.addMonths(at, shift.count);
}

/** Of people, those rows that had not come before within the row's own period, which the range may have cut. */
function firstInPeriod({ request, dialect, params }: BlockContext, { source }: SourceReader, day: string, { from }: Days): string[] {
  if (source.before === null) return [];
  const begins = request.grain ? `greatest(${dialect.truncate(request.grain, day)}, ${params.add("date", from)})` : params.add("date", from);
  return [`(${source.before} is null or ${source.before} < ${begins})`];
}

/** A day stays one day, also where the year before has a 29 February behind it. */
function periodBefore(period: Period, shift: Shift): Days {
  const before = shiftRange(period, shift);
  return shift.dropLeapDays ? { from: before.from, to: addDays(before.from, 1) } : before;
}

/** 29 February has no day a year later: it would be added to the 28th's. */
export const leapDays = (dialect: Dialect, shift: Shift | null, day: string | null): string[] => (shift?.dropLeapDays && day ? [`not ${dialect.isLeapDay(day)}`] : []);

export function timeOf(source: CatalogueSource, measure: CatalogueMeasure): CatalogueTime | undefined {
  return source.times.find(({ name }) => name === measure.time);
}

export function grouped(groups: readonly string[], sums: readonly string[], from: string, conditions: readonly string[]): string {
  const where = conditions.length > 0 ? ` where ${conditions.join(" and ")}` : "";
  const by = groups.length > 0 ? ` group by ${groups.map((_, index) => index + 1).join(", ")}` : "";
  // Without groups an aggregate answers a row of nothing where there are no rows; groups of nothing are left out everywhere.
  return `select ${[...groups, ...sums].join(", ")} from ${from}${where}${by}${groups.length === 0 ? " having count(*) > 0" : ""}`;
}

import type { CatalogueSource, CatalogueSteps } from "#schema/values/metricCatalogue.ts";
import { groupsOf, leapDays, shifted, timeOf, type Block, type BlockContext, type BlockPart } from "./block.ts";
import type { Chosen } from "./chooseSource.ts";
import type { PlacedMeasure } from "./catalogue.ts";
import type { Side } from "./leaves.ts";
import { daysBetween, shiftRange, type Shift } from "./periods.ts";
import { SourceReader } from "./sourceReader.ts";

/**
 * Percentiles of rows that a source counts by steps of their value. Adding up the steps tells which of them hold the two rows that a
 * percentile lies between; the rows of those steps alone are read, by an index on day, currency and value, and put in their order. The
 * arithmetic is that of percentile_cont, to the last bit. PostgreSQL's: it looks up rows one step of a day after the other.
 */
export function stepBlock(context: BlockContext, parts: readonly BlockPart[], side: Side, shift: Shift | null): Block {
  const { dialect, request, params, model } = context;
  const { source, measure } = (parts[0] as BlockPart).choice.days as Chosen;
  const steps = source.steps as CatalogueSteps;
  const counted = model.sources.get(steps.of) as CatalogueSource;
  const { measure: value } = model.measures.get((parts[0] as BlockPart).leaf.use.measure) as PlacedMeasure;
  const [time, countedTime] = [timeOf(source, measure), timeOf(counted, value)];
  if (!time?.day || !countedTime?.day || counted.currency === null || !context.currencies) throw new Error(`${source.name} and ${counted.name} need days and currencies`);
  const reader = new SourceReader(source, dialect, params);
  const day = reader.day(time, request.zone);
  const groups = groupsOf(context, reader);
  const period = request.grain ? shifted(dialect, dialect.truncate(request.grain, day), shift) : null;
  const names = [...(period ? ["period"] : []), ...groups.map(({ name }) => name)];
  const days = shift ? shiftRange(request.range, shift) : request.range;
  const conditions = [reader.within(time, request.zone, day, days), ...leapDays(dialect, shift, day), ...reader.conditions(request)];
  const listed = (table: string) => names.map((name) => `${table}.${name}, `).join("");
  const each = `partition by ${names.join(", ")} `;

  const read = [...(period ? [`${period} as period`] : []), ...groups.map(({ expression, name }) => `${expression} as ${name}`), `${steps.step} as step__`, `cast(sum(${steps.count}) as double precision) as count__`,
    `min(${steps.least}) as least__`, `max(${steps.most}) as most__`];
  const columns = parts.map(({ leaf, choice }) => {
    const chosen = (choice.days as Chosen).measure;
    const share = chosen.aggregation === "median" ? 0.5 : (chosen.percentile ?? 0.5);
    return { name: `${side}${leaf.n}`, place: `(cast(${share} as double precision) * (all__ - 1))` };
  });
  // counts as doubles, which hold whole numbers exactly: comparing decimals of each row would cost more than reading it
  const holds = columns.map(({ place }) => `(before__ <= ceil(${place}) and before__ + count__ > floor(${place}))`);
  const at = (place: string) => `max(case when place__ = ${place} then value__ end)`;
  const percentiles = columns.map(({ name, place }) => `${at(`floor(${place})`)} + (${place.replaceAll("all__", "max(all__)")} - floor(${place.replaceAll("all__", "max(all__)")})) * (${at(`ceil(${place})`)} - ${at(`floor(${place})`)}) as ${name}`);
  // what lies between the smallest and the largest value of a step is of that step, on whatever day
  const looked = `select ${value.expression} as value__ from ${dialect.table(counted.model)} c where c.${countedTime.day} = d.day__ and c.${counted.currency} = w.currency and ${value.expression} between w.least__ and w.most__ offset 0`;
  const eachDay = `select ${params.add("date", days.from)} + n as day__ from generate_series(0, ${daysBetween(days) - 1}) n`;
  const leap = leapDays(dialect, shift, "day__");
  const ofPeriod = `select ${request.grain ? `${shifted(dialect, dialect.truncate(request.grain, "day__"), shift)} as period, ` : ""}day__ from (${eachDay}) n${leap.length > 0 ? ` where ${leap.join(" and ")}` : ""}`;
  const inner = [
    `with steps__ as (select ${read.join(", ")} from ${reader.from()} where ${conditions.join(" and ")} group by ${[...names, "step__"].map((_, index) => index + 1).join(", ")})`,
    `, placed__ as (select s.*, sum(count__) over (${each}order by step__) - count__ as before__, sum(count__) over (${each.trim()}) as all__ from steps__ s)`,
    `, wanted__ as (select * from placed__ where ${holds.join(" or ")})`,
    `, values__ as (select ${listed("w")}w.all__, cast(v.value__ as double precision) as value__, cast(row_number() over (partition by ${listed("w")}w.step__ order by v.value__) - 1 as double precision) + w.before__ as place__`,
    ` from wanted__ w join (${ofPeriod}) d on ${request.grain ? "d.period = w.period" : "true"} cross join lateral (${looked}) v)`,
    ` select ${[...names, ...percentiles].join(", ")} from values__ group by ${names.join(", ")}`,
  ].join("");
  const outer = [`${dialect.ordered(period ? dialect.dayText("period") : dialect.text("''"))} as period`, ...groups.map(({ shown, name }) => `${shown} as ${name}`), ...columns.map(({ name }) => name)];
  return { sql: `select ${outer.join(", ")} from (${inner}) f`, columns: columns.map(({ name }) => name), currency: groups.some(({ name }) => name === "currency") };
}

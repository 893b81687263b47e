import type { CatalogueSource, CatalogueSteps } from "#schema/values/metricCatalogue.ts";
import { groupsOf, leapDays, shifted, timeOf, type Block, type BlockContext, type BlockPart } from "./block.ts";
import type { Chosen } from "./chooseSource.ts";
import type { PlacedMeasure } from "./catalogue.ts";
import type { Side } from "./leaves.ts";
import { shiftRange, type Shift } from "./periods.ts";
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
  if (!time?.day || !countedTime?.day || source.currency === null || counted.currency === null) throw new Error(`${source.name} and ${counted.name} need days and currencies`);
  const reader = new SourceReader(source, dialect, params);
  const day = reader.day(time, request.zone);
  const groups = groupsOf(context, reader);
  const period = request.grain ? shifted(dialect, dialect.truncate(request.grain, day), shift) : null;
  const names = [...(period ? ["period"] : []), ...groups.map(({ name }) => name)];
  const conditions = [reader.within(time, request.zone, day, shift ? shiftRange(request.range, shift) : request.range), ...leapDays(dialect, shift, day), ...reader.conditions(request)];
  const listed = (table: string) => names.map((name) => `${table}.${name}, `).join("");
  const each = names.length > 0 ? `partition by ${names.join(", ")} ` : "";
  const sameGroup = names.map((name) => ` and r.${name} = w.${name}`).join("");

  const read = [...(period ? [`${period} as period`] : []), ...groups.map(({ expression, name }) => `${expression} as ${name}`), `${day} as day__`, `${source.currency} as currency__`,
    `${steps.step} as step__`, `${steps.count} as count__`, `${steps.least} as least__`, `${steps.most} as most__`];
  const columns = parts.map(({ leaf, choice }) => {
    const chosen = (choice.days as Chosen).measure;
    const share = chosen.aggregation === "median" ? 0.5 : (chosen.percentile ?? 0.5);
    return { name: `${side}${leaf.n}`, place: `(cast(${share} as double precision) * cast(all__ - 1 as double precision))` };
  });
  const holds = columns.map(({ place }) => `(before__ <= ceil(${place}) and before__ + count__ > floor(${place}))`);
  const at = (place: string) => `max(case when place__ = ${place} then value__ end)`;
  const percentiles = columns.map(({ name, place }) => `${at(`floor(${place})`)} + (${place.replaceAll("all__", "max(all__)")} - floor(${place.replaceAll("all__", "max(all__)")})) * (${at(`ceil(${place})`)} - ${at(`floor(${place})`)}) as ${name}`);
  const looked = `select ${value.expression} as value__ from ${dialect.table(counted.model)} c where c.${countedTime.day} = r.day__ and c.${counted.currency} = r.currency__ and ${value.expression} between r.least__ and r.most__ offset 0`;
  const inner = [
    `with read__ as materialized (select ${read.join(", ")} from ${reader.from()} where ${conditions.join(" and ")})`,
    `, steps__ as (select ${listed("r")}step__, sum(count__) as count__ from read__ r group by ${listed("r")}step__)`,
    `, placed__ as (select ${listed("s")}step__, count__, sum(count__) over (${each}order by step__) - count__ as before__, sum(count__) over (${each.trim()}) as all__ from steps__ s)`,
    `, wanted__ as (select * from placed__ where ${holds.join(" or ")})`,
    `, values__ as (select ${listed("w")}w.all__, cast(v.value__ as double precision) as value__, row_number() over (partition by ${listed("w")}w.step__ order by v.value__) - 1 + w.before__ as place__`,
    ` from wanted__ w join read__ r on r.step__ = w.step__${sameGroup} cross join lateral (${looked}) v)`,
    ` select ${[...names, ...percentiles].join(", ")} from values__${names.length > 0 ? ` group by ${names.join(", ")}` : " having count(*) > 0"}`,
  ].join("");
  const outer = [`${dialect.ordered(period ? dialect.dayText("period") : dialect.text("''"))} as period`, ...groups.map(({ shown, name }) => `${shown} as ${name}`), ...columns.map(({ name }) => name)];
  return { sql: `select ${outer.join(", ")} from (${inner}) f`, columns: columns.map(({ name }) => name), currency: groups.some(({ name }) => name === "currency") };
}

import type { Watched } from "./watched.ts";

/** What a table holds of one day. Everything adds up over days. */
export interface DayProfile {
  rows: number;
  /** Sum of the watched value. */
  total: number;
  /** Rows without a value, by column. */
  nulls: Record<string, number>;
  /** Rows by size of the watched value: half decades of it, negative ones mirrored, 0 for nought. */
  sizes: Record<string, number>;
  /** Rows by category, column by column. */
  categories: Record<string, Record<string, number>>;
}

/** By day, `2026-03-01`. */
export type Profile = ReadonlyMap<string, DayProfile>;

/** Gathers the rows without a day. */
export const NO_DAY = "0001-01-01";
/** Gathers the days before those that are told one by one. */
export const OLDER = "0001-01-02";
/** Sizes begin here, so that small fractions of one stay above nought. */
const SIZE_OFFSET = 50;

/** How an engine calls its types. */
export interface ProfileDialect {
  readonly text: string;
  readonly float: string;
  readonly integer: string;
  /** The hour of an instant, UTC. */
  readonly hourOf: (instant: string) => string;
}
export const POSTGRES: ProfileDialect = { text: "text", float: "double precision", integer: "integer", hourOf: (instant) => `extract(hour from ${instant} at time zone 'UTC')` };
export const BIGQUERY: ProfileDialect = { text: "string", float: "float64", integer: "int64", hourOf: (instant) => `extract(hour from ${instant})` };

/** What the parts of a day are called among the categories. */
const TIME_OF_DAY = "time of day";
const PART_HOURS = 4;

/**
 * A row per day, size and combination of categories. `from` is the first day that is told by itself; of the days before only how much
 * they hold together is asked, in a scan that works out nothing of a row, and not even that without `withOlder`. Names come from our own list of watched tables and from the
 * slot; nothing of it is anybody's input.
 */
export function profileSql(watched: Watched, relation: string, from: string, dialect: ProfileDialect = POSTGRES, withOlder = true): string {
  const { day, value, rows, nullable = [] } = watched;
  const categories = categoriesOf(watched, dialect);
  const size = value === undefined ? "0" : sizeOf(value, dialect);
  const keys = ["day", ...categories.map((_, index) => `c${index}`), "size"];
  const total = value === undefined ? "0" : `cast(${value} as ${dialect.float})`;
  return [
    `select ${keys.join(", ")}, ${rows ? `sum(weight)` : "count(*)"} as n, sum(total) as total${nullable.map((_, index) => `, sum(n${index}) as n${index}`).join("")}`,
    "from (",
    `  select coalesce(${day}, date '${NO_DAY}') as day,`,
    ...categories.map(({ sql }, index) => `    coalesce(cast(${sql} as ${dialect.text}), '') as c${index},`),
    ...nullable.map((column, index) => `    case when ${column} is null then 1 else 0 end as n${index},`),
    ...(rows ? [`    ${rows} as weight,`] : []),
    `    ${size} as size, ${total} as total`,
    `  from ${relation}`,
    `  where ${day} >= date '${from}' or ${day} is null`,
    `) t group by ${keys.join(", ")}`,
    ...(withOlder ? [
      "union all",
      `select date '${OLDER}'${categories.map(() => ", ''").join("")}, 0, ${rows ? `sum(${rows})` : "count(*)"}, sum(${total})${nullable.map(() => ", 0").join("")}`,
      `from ${relation} where ${day} < date '${from}' having count(*) > 0`,
    ] : []),
  ].join("\n");
}

/** The categories that are told apart, and how each is read of a row. */
function categoriesOf({ categories = [], hours }: Watched, { hourOf, integer }: ProfileDialect): { name: string; sql: string }[] {
  const parts = hours === undefined ? [] : [{ name: TIME_OF_DAY, sql: `cast(floor(${hourOf(hours)} / ${PART_HOURS}) as ${integer})` }];
  return [...categories.map((column) => ({ name: column, sql: column })), ...parts];
}

/** What a day's rows are told apart by. */
export const categoryNames = (watched: Watched) => categoriesOf(watched, POSTGRES).map(({ name }) => name);

function sizeOf(value: string, { float, integer }: ProfileDialect): string {
  const steps = `${SIZE_OFFSET} + cast(floor(2 * ln(cast(abs(${value}) as ${float})) / ln(10)) as ${integer})`;
  return `case when ${value} is null then null when ${value} = 0 then 0 when ${value} > 0 then ${steps} else -(${steps}) end`;
}

/** Columns that a profile needs of its table. */
export const columnsOf = ({ day, value, rows, categories = [], nullable = [], hours }: Watched) => [day, ...(hours ? [hours] : []), ...(value ? [value] : []), ...(rows ? [rows] : []), ...categories, ...nullable];

/** Adds the rows of `profileSql` up. `dayOf` reads the engine's date. */
export function foldProfile(watched: Watched, rows: Iterable<Record<string, unknown>>): Map<string, DayProfile> {
  const days = new Map<string, DayProfile>();
  for (const row of rows) {
    const key = dayText(row["day"]);
    const day = days.get(key) ?? emptyDay();
    days.set(key, day);
    const n = Number(row["n"] ?? 0);
    day.rows += n;
    day.total += Number(row["total"] ?? 0);
    if (watched.value !== undefined && row["size"] !== null) add(day.sizes, String(row["size"]), n);
    for (const [index, column] of (watched.nullable ?? []).entries()) add(day.nulls, column, Number(row[`n${index}`] ?? 0));
    for (const [index, column] of categoryNames(watched).entries()) add((day.categories[column] ??= {}), String(row[`c${index}`]), n);
  }
  return days;
}

export const emptyDay = (): DayProfile => ({ rows: 0, total: 0, nulls: {}, sizes: {}, categories: {} });

/** Several days as one. */
export function sumOf(days: Iterable<DayProfile>): DayProfile {
  const sum = emptyDay();
  for (const day of days) {
    sum.rows += day.rows;
    sum.total += day.total;
    for (const [key, n] of Object.entries(day.nulls)) add(sum.nulls, key, n);
    for (const [key, n] of Object.entries(day.sizes)) add(sum.sizes, key, n);
    for (const [column, counts] of Object.entries(day.categories)) for (const [key, n] of Object.entries(counts)) add((sum.categories[column] ??= {}), key, n);
  }
  return sum;
}

function add(counts: Record<string, number>, key: string, n: number): void {
  counts[key] = (counts[key] ?? 0) + n;
}

function dayText(day: unknown): string {
  if (day instanceof Date) return day.toISOString().slice(0, 10);
  const text = typeof day === "object" && day !== null && "value" in day ? String(day.value) : String(day);
  return text.slice(0, 10);
}

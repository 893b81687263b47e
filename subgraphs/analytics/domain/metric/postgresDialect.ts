import type { Dialect, ParamType } from "./dialect.ts";

const TYPES: Readonly<Record<ParamType, string>> = { date: "date", text: "text", numeric: "numeric", bigint: "bigint", "date[]": "date[]", "text[]": "text[]", "id[]": "uuid[]" };

/** PostgreSQL 15 and later. `{marts}` stands for the schema of the slot. */
export const postgresDialect: Dialect = {
  engine: "postgres",
  place: (n, type) => `$${n}::${TYPES[type]}`,
  table: (model) => `{marts}.${model}`,
  text: (expression) => `cast(${expression} as text)`,
  ordered: (expression) => `${expression} collate "C"`,
  dayText: (day) => `to_char(${day}, 'YYYY-MM-DD')`,
  localDay: (instant, zone) => `cast(${instant} at time zone ${zone} as date)`,
  truncate: (grain, day) => (grain === "DAY" ? day : `cast(date_trunc('${grain.toLowerCase()}', cast(${day} as timestamp)) as date)`),
  addDays: (day, days) => `(${day} + ${days})`,
  addMonths: (day, months) => `cast(${day} + interval '${months} months' as date)`,
  laterByDays: (instant, days) => `(${instant} + interval '${days * 24} hours')`,
  isLeapDay: (day) => `(extract(month from ${day}) = 2 and extract(day from ${day}) = 29)`,
  percentile: (share, expression) => `percentile_cont(${share}) within group (order by cast(${expression} as double precision))`,
  decimal: (expression) => `cast(${expression} as numeric)`,
  ratio: (above, below, scale) => `round(cast(${above} as numeric) / nullif(cast(${below} as numeric), 0), ${scale})`,
  average: (expression) => `avg(cast(${expression} as numeric))`,
  mean: (average, scale) => `round(cast(${average} as numeric), ${scale})`,
  decimalText: (expression) => `trim_scale(cast(${expression} as numeric))::text`,
  contains: (expression, part) => `strpos(lower(${expression}), lower(${part})) > 0`,
  inList: (expression, list, negated) => (negated ? `${expression} <> all(${list})` : `${expression} = any(${list})`),
  lists: (alias, columns) => `unnest(${columns.map(({ place }) => place).join(", ")}) as ${alias} (${columns.map(({ name }) => name).join(", ")})`,
};

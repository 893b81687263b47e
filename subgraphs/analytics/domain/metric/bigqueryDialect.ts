import type { Dialect } from "./dialect.ts";

/**
 * GoogleSQL. Parameters are named @p1, @p2 ... and typed by their values; `{marts}` stands for the dataset. A percentile inside
 * of a grouping is made of the ordered values, as PostgreSQL's percentile_cont is: APPROX_QUANTILES would only be near it.
 */
export const bigqueryDialect: Dialect = {
  engine: "bigquery",
  place: (n) => `@p${n}`,
  table: (model) => `{marts}.${model}`,
  text: (expression) => `cast(${expression} as string)`,
  ordered: (expression) => expression,
  dayText: (day) => `format_date('%Y-%m-%d', ${day})`,
  localDay: (instant, zone) => `date(${instant}, ${zone})`,
  truncate: (grain, day) => (grain === "DAY" ? day : `date_trunc(${day}, ${grain === "WEEK" ? "isoweek" : grain.toLowerCase()})`),
  addDays: (day, days) => `date_add(${day}, interval ${days} day)`,
  addMonths: (day, months) => `date_add(${day}, interval ${months} month)`,
  laterByDays: (instant, days) => `timestamp_add(${instant}, interval ${days * 24} hour)`,
  isLeapDay: (day) => `(extract(month from ${day}) = 2 and extract(day from ${day}) = 29)`,
  percentile(share, expression) {
    // as one aggregate: a subquery over the values may hold none
    const value = `cast(${expression} as float64)`;
    const place = `${share} * (count(${expression}) - 1)`;
    const at = (rounded: string) => `array_agg(${value} ignore nulls order by ${value})[safe_offset(cast(${rounded}(${place}) as int64))]`;
    return `(${at("floor")} + (${at("ceil")} - ${at("floor")}) * (${place} - floor(${place})))`;
  },
  decimal: (expression) => `cast(${expression} as numeric)`,
  // through the wider decimal: quotients and means of NUMERIC are rounded to nine places before they could be rounded
  ratio: (above, below, scale) => `cast(round(cast(${above} as bignumeric) / nullif(cast(${below} as bignumeric), 0), ${scale}) as numeric)`,
  average: (expression) => `sum(cast(${expression} as bignumeric)) / nullif(count(${expression}), 0)`,
  mean: (average, scale) => `cast(round(${average}, ${scale}) as numeric)`,
  decimalText: (expression) => `cast(cast(${expression} as numeric) as string)`,
  contains: (expression, part) => `strpos(lower(${expression}), lower(${part})) > 0`,
  inList: (expression, list, negated) => `${expression} ${negated ? "not in" : "in"} unnest(${list})`,
  lists(alias, columns) {
    const [first, ...others] = columns;
    if (!first) throw new Error("a relation needs a column");
    const rest = others.map(({ name, place }) => `, ${place}[offset(n)] as ${name}`).join("");
    return `(select ${first.name}${rest} from unnest(${first.place}) as ${first.name} with offset as n) as ${alias}`;
  },
};

/** How rows of a source become a number. */
export const AGGREGATIONS = ["sum", "count", "count_distinct", "average", "min", "max", "median", "percentile"] as const;
export type Aggregation = (typeof AGGREGATIONS)[number];

/** How a number is written: money in the row's currency, whole things, a share of one as per cent, a decimal. */
export type MetricFormat = "money" | "count" | "percent" | "decimal";

export interface CatalogueMeasure {
  readonly name: string;
  readonly aggregation: Aggregation;
  /** Over the columns of the source's model, which stand unqualified; SQL that every engine understands. */
  readonly expression: string;
  /** 0 to 1, for `percentile`. */
  readonly percentile: number | null;
  /** Name of the source's time by which rows fall into periods; null for a source that is one picture of the present. */
  readonly time: string | null;
  /** The rows of a period's last day alone count, as of stock: sums over days would be nonsense. */
  readonly lastDay: boolean;
}

export interface CatalogueTime {
  readonly name: string;
  /** Column of the UTC day; null where the instant alone is kept. */
  readonly day: string | null;
  /** The instant behind the day; null where only the day is kept, which then is UTC for everybody. */
  readonly instant: string | null;
  /** The instant is the beginning of so many minutes added up: it tells the days of zones whose clocks keep to such steps. Null where it is exact. */
  readonly minutes: number | null;
}

/** Rows count other rows by steps of their value: where a percentile lies is found in them, and what it is in the rows that they count. */
export interface CatalogueSteps {
  /** The source whose rows are counted, by its day and currency. */
  readonly of: string;
  /** Columns: the step, which never falls where values rise; how many rows; their smallest and their largest value. */
  readonly step: string;
  readonly count: string;
  readonly least: string;
  readonly most: string;
}

/** A column of another model, reached by an entity that is its key. */
export interface CatalogueJoin {
  readonly entity: string;
  /** In the source. */
  readonly expression: string;
  readonly model: string;
  /** In the other model. */
  readonly key: string;
}

export interface SourceDimension {
  /** Over the source's columns; of a joined model, over `entity__column`. */
  readonly expression: string;
  /** The entity whose model has to be joined, and the column it brings. */
  readonly join: { readonly entity: string; readonly column: string } | null;
  /** What stands where there is no value; groups are never null. */
  readonly missing: string | null;
}

/** A mart as metrics read it. */
export interface CatalogueSource {
  readonly name: string;
  readonly description: string;
  /** Table of the published marts. */
  readonly model: string;
  readonly owner: string;
  /** What a row costs compared with other sources; of several that can answer, the lightest does. */
  readonly weight: number;
  /** Of an aggregate, the rows that stand for something that is measured: others would make groups that the facts do not have. Null where all do. */
  readonly rows: string | null;
  /** Its rows are of whole months, its time their first day: it answers the whole months of a range. */
  readonly months: boolean;
  /**
   * Rows count people, and this column has the day on which they had come before, null for never: in a period those rows count that had
   * not come before within it. Null where rows simply add up.
   */
  readonly before: string | null;
  /** Null where rows hold what is measured. */
  readonly steps: CatalogueSteps | null;
  /** Dimensions over whose values rows do not add up: each has to be grouped by, or one value of it asked for. `currency` may be among them. */
  readonly apart: readonly string[];
  /** Dimensions without whose value there is no row: it answers where values of them are named. */
  readonly named: readonly string[];
  /** Column of the ISO 4217 code; null where the source holds no money. */
  readonly currency: string | null;
  /** The id of the vendor a row belongs to; null where rows belong to nobody, and no vendor may see them. */
  readonly vendor: SourceDimension | null;
  /** Column of what people call a row, null where it has no name. */
  readonly label: string | null;
  /** Column of the row's own key, null where the key is none of one column. */
  readonly key: string | null;
  readonly entities: Readonly<Record<string, string>>;
  readonly times: readonly CatalogueTime[];
  readonly joins: readonly CatalogueJoin[];
  /** Dimensions by name; those with `__` in it and those in `internal` are for filters of metrics alone. */
  readonly dimensions: Readonly<Record<string, SourceDimension>>;
  readonly internal: readonly string[];
  readonly measures: readonly CatalogueMeasure[];
}

export interface CatalogueDimension {
  readonly name: string;
  readonly description: string;
  /** Prefix of the opaque ids that its values are, null for plain text. */
  readonly idPrefix: string | null;
  /** The graph's own way to its entities; people cannot name it. */
  readonly internal: boolean;
  /** The values there can be; COUNTRY takes ISO codes too; null for any text. */
  readonly values: readonly string[] | "COUNTRY" | null;
  /** Values that are no value of the data but say that there is none. */
  readonly missing: readonly string[];
  readonly sources: readonly string[];
}

/** Text with `{dimension}` in the place of each dimension. */
export type FilterTemplate = string;

export interface MeasureUse {
  readonly measure: string;
  /** Measures of other sources that give the same number where both can. */
  readonly equal: readonly string[];
  /** Measures of other sources that have the filter in them: equal to the measure under it. */
  readonly filtered: readonly string[];
  readonly filter: FilterTemplate | null;
  /** No rows make 0 and not nothing. */
  readonly zero: boolean;
}
export interface MetricUse {
  readonly metric: string;
  readonly alias: string;
  readonly filter: FilterTemplate | null;
}

export type MetricDefinition =
  | { readonly type: "simple"; readonly measure: MeasureUse }
  | { readonly type: "ratio"; readonly numerator: MetricUse; readonly denominator: MetricUse }
  | { readonly type: "derived"; readonly expression: string; readonly inputs: readonly MetricUse[] }
  /** Over the days before the end of each period: a number of them, those since the beginning of a month, quarter or year, or all. */
  | { readonly type: "cumulative"; readonly measure: MeasureUse; readonly windowDays: number | null; readonly toDate: "week" | "month" | "quarter" | "year" | null }
  /** Of the base's rows, those whose entity did the other thing within so many days. */
  | { readonly type: "conversion"; readonly base: MeasureUse; readonly conversion: MeasureUse; readonly entity: string; readonly windowDays: number; readonly rate: boolean };

export interface CatalogueMetric {
  /** As GraphQL names it. */
  readonly name: string;
  /** As dbt and BI name it. */
  readonly key: string;
  readonly label: string;
  readonly description: string;
  readonly owner: string;
  readonly certified: boolean;
  readonly type: MetricDefinition["type"];
  /** `currency`, `ratio`, or what is counted. */
  readonly unit: string;
  readonly format: MetricFormat;
  /** Digits after the point to which quotients and percentiles are rounded. */
  readonly scale: number;
  /** Made of money: never added up over currencies. */
  readonly money: boolean;
  /** The dimensions whose groups add up to the total. */
  readonly additive: readonly string[];
  readonly dimensions: readonly string[];
  /** It has periods; without, it is a picture of the present. */
  readonly periods: boolean;
  /** Days of other time zones than UTC can be had. */
  readonly timeZones: boolean;
  /** It can be limited to a vendor's own rows. */
  readonly ofVendors: boolean;
  readonly definition: MetricDefinition;
  /** For readers and BI tools: the aggregate over one model where that says all, else null. `joins` lists models it needs beside. */
  readonly sql: { readonly model: string; readonly expression: string; readonly joins: readonly string[] } | null;
}

/** schema/generated/metrics.json: what `npm run gen` makes of dbt_project/models/semantic. */
export interface MetricCatalogue {
  readonly sources: readonly CatalogueSource[];
  readonly dimensions: readonly CatalogueDimension[];
  readonly metrics: readonly CatalogueMetric[];
}

/** The dimension that a filter's `entity__name` means in a source: that of the model behind the entity, else the source's own of that name. */
export function filterDimension(source: Pick<CatalogueSource, "dimensions">, name: string): SourceDimension | undefined {
  const short = name.replace(/^[a-z_0-9]*?__/, "");
  return source.dimensions[name] ?? source.dimensions[short] ?? source.dimensions[camelCase(short)];
}

/** dbt's names in GraphQL's spelling. */
export function camelCase(name: string): string {
  return name.replace(/_+([a-z0-9])/g, (_match, letter: string) => letter.toUpperCase());
}

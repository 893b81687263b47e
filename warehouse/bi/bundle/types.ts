/** A mart as dbt's contract describes it; what the bundle knows of the warehouse. */
export interface BiModel {
  readonly name: string;
  readonly description: string;
  readonly owner: string;
  readonly grain: string;
  readonly columns: readonly BiColumn[];
}

export interface BiColumn {
  readonly name: string;
  /** PostgreSQL's name of the type, as contracts write it. */
  readonly type: string;
  readonly description: string;
  /** `pseudonymous` for ids of people. */
  readonly pii?: string;
}

/** A number of a dataset. `expression` is SQL that PostgreSQL and BigQuery read alike. */
export interface BiMetric {
  readonly name: string;
  readonly label: string;
  readonly description: string;
  readonly expression: string;
  /** D3 format, `,d` for counts. */
  readonly format: string;
  /** The metric of the metric layer that it equals; undefined for numbers that only a dashboard shows. */
  readonly certified?: string;
}

/** What charts read: a mart, or a query over marts where one mart is not enough. */
export interface DatasetSpec {
  readonly name: string;
  readonly description?: string;
  /** Over `{marts}.<mart>`, in SQL that both engines read; undefined for the mart of the same name. */
  readonly sql?: string;
  /** Columns of `sql`, each `mart.column` whose contract describes it, or a description of its own. */
  readonly columns?: readonly (BiColumn | { readonly name: string; readonly from: string })[];
  /** Marts that `sql` reads. */
  readonly reads?: readonly string[];
  /** The column that time filters and grains work on. */
  readonly time?: string;
  readonly metrics?: readonly BiMetric[];
}

export type TimeGrain = "P1D" | "P1W" | "P1M" | "P1Y";

interface ChartBase {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly dataset: string;
  /** Conditions on columns of the dataset. */
  readonly where?: readonly { readonly column: string; readonly op: "==" | "!=" | "IN" | "IS NOT NULL" | "<=" | ">=" | ">" | "<"; readonly value?: string | number | boolean | readonly string[] }[];
}

export type ChartSpec = ChartBase &
  (
    | { readonly kind: "number"; readonly metric: string; readonly subtitle?: string }
    | { readonly kind: "line" | "bar"; readonly x: string; readonly grain: TimeGrain; readonly metrics: readonly string[]; readonly by?: readonly string[]; readonly isStacked?: boolean; readonly yTitle?: string }
    | { readonly kind: "ranking"; readonly x: string; readonly metric: string; readonly by?: readonly string[]; readonly limit: number; readonly isHorizontal?: boolean; readonly order?: "value" | "name" }
    | { readonly kind: "heatmap"; readonly x: string; readonly y: string; readonly metric: string; readonly xTitle: string; readonly yTitle: string }
    | { readonly kind: "funnel"; readonly by: string; readonly metric: string }
    | { readonly kind: "pie"; readonly by: string; readonly metric: string }
    | { readonly kind: "table"; readonly by: readonly string[]; readonly metrics: readonly string[]; readonly limit: number; readonly grain?: TimeGrain; readonly time?: string; readonly order?: { readonly by: string; readonly isAscending: boolean } }
    | { readonly kind: "rows"; readonly columns: readonly string[]; readonly limit: number; readonly order?: { readonly by: string; readonly isAscending: boolean } }
  );

/** A tile: a chart and its place in the grid of twelve columns; `height` in units of 8 pixels. */
export interface Tile {
  readonly chart: ChartSpec;
  readonly width: number;
}

export interface FilterSpec {
  readonly name: string;
  readonly kind: "value" | "time";
  readonly dataset: string;
  readonly column: string;
  /** Always one value, the first where nobody chose: money of two currencies is never added up. */
  readonly isSingle?: boolean;
}

export interface DashboardSpec {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly owner: string;
  readonly datasets: readonly DatasetSpec[];
  readonly filters: readonly FilterSpec[];
  readonly rows: readonly { readonly height: number; readonly tiles: readonly Tile[] }[];
  /** Colours of what charts show by its label. A dashboard's scheme takes the place of its charts' own; these alone go before it. */
  readonly colors?: Readonly<Record<string, string>>;
  /** Who is shown it besides analysts and viewers. */
  readonly isForVendors?: boolean;
}

/** A tile that could not be made because what it reads is not there. */
export interface SkippedTile {
  readonly dashboard: string;
  readonly chart: string;
  readonly reason: string;
}

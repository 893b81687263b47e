/** What we read of dbt's semantic_manifest.json. */
export interface SemanticManifest {
  semantic_models: SemanticModel[];
  metrics: SemanticMetric[];
}

type Meta = Readonly<Record<string, unknown>>;
interface WithMeta {
  config?: { meta?: Meta } | null;
}

export interface SemanticModel extends WithMeta {
  name: string;
  description: string | null;
  defaults: { agg_time_dimension: string | null } | null;
  node_relation: { alias: string };
  primary_entity: string | null;
  entities: SemanticEntity[];
  dimensions: SemanticDimension[];
  measures: SemanticMeasure[];
}

export interface SemanticEntity extends WithMeta {
  name: string;
  description: string | null;
  type: "primary" | "unique" | "foreign" | "natural";
  expr: string | null;
}

export interface SemanticDimension extends WithMeta {
  name: string;
  description: string | null;
  type: "categorical" | "time";
  expr: string | null;
  type_params?: { time_granularity: string } | null;
}

export interface SemanticMeasure extends WithMeta {
  name: string;
  agg: string;
  expr: string | null;
  agg_params: { percentile: number | null } | null;
  agg_time_dimension: string | null;
  non_additive_dimension: { name: string; window_choice: string } | null;
}

export interface WhereFilter {
  where_filters: { where_sql_template: string }[];
}

export interface MeasureInput {
  name: string;
  filter: WhereFilter | null;
  fill_nulls_with: number | null;
}

export interface MetricInput {
  name: string;
  alias: string | null;
  filter: WhereFilter | null;
  offset_window: unknown;
  offset_to_grain: unknown;
}

export interface Window {
  count: number;
  granularity: string;
}

export interface SemanticMetric extends WithMeta {
  name: string;
  label: string | null;
  description: string;
  type: "simple" | "ratio" | "derived" | "cumulative" | "conversion";
  filter: WhereFilter | null;
  type_params: {
    measure: MeasureInput | null;
    numerator: MetricInput | null;
    denominator: MetricInput | null;
    expr: string | null;
    metrics: MetricInput[] | null;
    window: Window | null;
    grain_to_date: string | null;
    cumulative_type_params: { window: Window | null; grain_to_date: string | null } | null;
    conversion_type_params: { base_measure: MeasureInput; conversion_measure: MeasureInput; entity: string; calculation: string; window: Window | null } | null;
  };
}

/** The semantic yml says something that the metric layer cannot do; the message names what and where. */
export class BadSemantics extends Error {
  override readonly name = "BadSemantics";
}

import type { ChartSpec } from "./types.ts";

/** What a chart asks for, as Superset's front end would build it from the chart's parameters. */
export interface ChartQuery {
  readonly columns: readonly unknown[];
  readonly metrics: readonly string[];
  readonly orderby: readonly unknown[];
  readonly rowLimit: number;
  readonly series?: readonly string[];
}

/** As many points as a chart takes; a chart that would need more says so instead of leaving some out silently. */
export const SERIES_LIMIT = 10_000;

const timeColumn = (column: string, grain: string) => ({ timeGrain: grain, columnType: "BASE_AXIS", sqlExpression: column, label: column, expressionType: "SQL" });

export function chartQuery(spec: ChartSpec): ChartQuery {
  switch (spec.kind) {
    case "number":
      return { columns: [], metrics: [spec.metric], orderby: [], rowLimit: SERIES_LIMIT };
    case "line":
    case "bar":
      return { columns: [timeColumn(spec.x, spec.grain), ...(spec.by ?? [])], metrics: spec.metrics, orderby: [], rowLimit: SERIES_LIMIT, series: spec.by ?? [] };
    case "ranking":
      return {
        columns: [spec.x, ...(spec.by ?? [])],
        metrics: [spec.metric],
        orderby: spec.order === "name" ? [[spec.x, true]] : [[spec.metric, false]],
        rowLimit: spec.limit,
        series: spec.by ?? [],
      };
    case "heatmap":
      return { columns: [spec.x, spec.y], metrics: [spec.metric], orderby: [[spec.x, true], [spec.y, true]], rowLimit: SERIES_LIMIT };
    case "funnel":
    case "pie":
      return { columns: [spec.by], metrics: [spec.metric], orderby: [[spec.metric, false]], rowLimit: 25 };
    case "table":
      return {
        columns: spec.by.map((column) => (column === spec.time && spec.grain ? timeColumn(column, spec.grain) : column)),
        metrics: spec.metrics,
        orderby: [spec.order ? [spec.order.by, spec.order.isAscending] : [spec.metrics[0], false]],
        rowLimit: spec.limit,
      };
    case "rows":
      return { columns: spec.columns, metrics: [], orderby: spec.order ? [[spec.order.by, spec.order.isAscending]] : [], rowLimit: spec.limit };
  }
}

/** The whole query context: what `GET /api/v1/chart/<id>/data` runs. The dataset's id is put in by the import. */
export function queryContext(spec: ChartSpec, params: Readonly<Record<string, unknown>>): object {
  const query = chartQuery(spec);
  return {
    datasource: { id: 0, type: "table" },
    force: false,
    queries: [
      {
        filters: (spec.where ?? []).map(({ column, op, value }) => ({ col: column, op, ...(value === undefined ? {} : { val: value }) })),
        extras: { having: "", where: "" },
        applied_time_extras: {},
        columns: query.columns,
        ...(query.metrics.length > 0 ? { metrics: query.metrics } : {}),
        orderby: query.orderby,
        annotation_layers: [],
        row_limit: query.rowLimit,
        series_limit: 0,
        ...(query.series ? { series_columns: query.series } : {}),
        order_desc: true,
        url_params: {},
        custom_params: {},
        custom_form_data: {},
        post_processing: [],
        time_offsets: [],
      },
    ],
    form_data: { ...params, force: false, result_format: "json", result_type: "full" },
    result_format: "json",
    result_type: "full",
  };
}

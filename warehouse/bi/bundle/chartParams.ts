import { chartQuery, SERIES_LIMIT } from "./chartQueries.ts";
import type { BiMetric, ChartSpec } from "./types.ts";

/** Superset's name for each kind of ours. */
const VIZ = {
  number: "big_number_total",
  line: "echarts_timeseries_line",
  bar: "echarts_timeseries_bar",
  ranking: "echarts_timeseries_bar",
  heatmap: "heatmap_v2",
  funnel: "funnel",
  pie: "pie",
  table: "table",
  rows: "table",
} as const satisfies Record<ChartSpec["kind"], string>;

type Params = Record<string, unknown>;

/** How a calendar period is written on an axis. */
const PERIOD_FORMATS = { P1D: "%Y-%m-%d", P1W: "%Y-%m-%d", P1M: "%b %Y", P1Y: "%Y" } as const;

/** The parameters of a chart, from which Superset's front end builds its query and picture. */
export function chartParams(spec: ChartSpec, metrics: ReadonlyMap<string, BiMetric>): Params {
  const common: Params = {
    viz_type: VIZ[spec.kind],
    datasource: "0__table",
    adhoc_filters: (spec.where ?? []).map(({ column, op, value }) => ({ clause: "WHERE", expressionType: "SIMPLE", subject: column, operator: op, operatorId: OPERATORS[op], ...(value === undefined ? {} : { comparator: value }) })),
    annotation_layers: [],
    extra_form_data: {},
    color_scheme: "supersetColors",
  };
  const formatOf = (name: string | undefined) => metrics.get(name ?? "")?.format ?? "SMART_NUMBER";
  switch (spec.kind) {
    case "number":
      return { ...common, metric: spec.metric, y_axis_format: formatOf(spec.metric), header_font_size: 0.4, subheader_font_size: 0.15, ...(spec.subtitle ? { subtitle: spec.subtitle, subtitle_font_size: 0.15 } : {}) };
    case "line":
    case "bar":
      return {
        ...common, ...seriesAxes(spec.by?.length ?? 0, spec.metrics.length),
        x_axis: spec.x, time_grain_sqla: spec.grain, metrics: spec.metrics, groupby: spec.by ?? [],
        y_axis_format: axisFormat(formatOf(spec.metrics[0])), x_axis_time_format: PERIOD_FORMATS[spec.grain], tooltipTimeFormat: PERIOD_FORMATS[spec.grain],
        // Whole dates beside each other run into one another.
        ...(spec.grain === "P1W" ? { xAxisLabelRotation: 45 } : {}),
        ...(spec.isStacked ? { stack: "Stack" } : {}),
        ...(spec.kind === "line" ? { markerEnabled: true, markerSize: 4, seriesType: "line" } : {}),
        ...(spec.yTitle ? { y_axis_title: spec.yTitle, y_axis_title_margin: 60 } : {}),
      };
    case "ranking":
      return {
        ...common, ...seriesAxes(spec.by?.length ?? 0, 1),
        x_axis: spec.x, metrics: [spec.metric], groupby: spec.by ?? [], row_limit: spec.limit, order_desc: true,
        orientation: spec.isHorizontal ? "horizontal" : "vertical", y_axis_format: shortFormat(formatOf(spec.metric)), x_axis_force_categorical: true,
        // with a series, Superset orders the axis by its names: the numbers stand in the query's order
        ...(spec.by?.length ? { x_axis_sort: null } : { x_axis_sort: spec.order === "name" ? spec.x : spec.metric, x_axis_sort_asc: spec.order === "name" || spec.isHorizontal === true }),
        // numbers at bars that stand side by side write over each other
        show_value: spec.isHorizontal === true && !spec.by?.length,
        ...(spec.by?.length ? { stack: "Stack" } : {}),
      };
    case "heatmap":
      return {
        ...common, x_axis: spec.x, groupby: spec.y, metric: spec.metric, row_limit: SERIES_LIMIT, sort_x_axis: "alpha_asc", sort_y_axis: "alpha_desc",
        normalize_across: "heatmap", legend_type: "continuous", linear_color_scheme: "schemeBlues", xscale_interval: -1, yscale_interval: 1, left_margin: "auto", bottom_margin: "auto",
        value_bounds: [null, null], y_axis_format: formatOf(spec.metric), x_axis_time_format: "%Y-%m", show_legend: true, show_percentage: false, show_values: true,
        x_axis_title: spec.xTitle, y_axis_title: spec.yTitle,
      };
    case "funnel":
      return { ...common, groupby: [spec.by], metric: spec.metric, row_limit: 25, sort_by_metric: true, percent_calculation_type: "first_step", number_format: formatOf(spec.metric), show_labels: true, show_tooltip_labels: true, label_type: 5, tooltip_label_type: 5, show_legend: false, legendOrientation: "top", legendMargin: 50 };
    case "pie":
      return { ...common, groupby: [spec.by], metric: spec.metric, row_limit: 25, sort_by_metric: true, number_format: formatOf(spec.metric), label_type: "key_percent", show_labels: true, labels_outside: true, show_labels_threshold: 2, show_legend: false, donut: true, innerRadius: 40, outerRadius: 70 };
    case "table":
      return {
        ...common, query_mode: "aggregate", groupby: spec.by, metrics: spec.metrics, all_columns: [], percent_metrics: [], row_limit: spec.limit, server_page_length: 10, order_desc: spec.order ? !spec.order.isAscending : true,
        ...tableLooks(Object.fromEntries(spec.metrics.map((name) => [name, { d3NumberFormat: formatOf(name) }]))),
        ...(spec.grain && spec.time ? { time_grain_sqla: spec.grain, temporal_columns_lookup: { [spec.time]: true }, table_timestamp_format: PERIOD_FORMATS[spec.grain] } : { table_timestamp_format: "%Y-%m-%d" }),
        timeseries_limit_metric: spec.order?.by ?? spec.metrics[0],
      };
    case "rows":
      return {
        ...common, query_mode: "raw", all_columns: spec.columns, groupby: [], metrics: [], percent_metrics: [], row_limit: spec.limit, server_page_length: 10, table_timestamp_format: spec.columns.some((column) => column.endsWith("_at")) ? "%Y-%m-%d %H:%M" : "%Y-%m-%d",
        order_by_cols: (chartQuery(spec).orderby as [string, boolean][]).map((one) => JSON.stringify(one)),
        ...tableLooks({}),
      };
  }
}

/** Three digits at the end of a bar; a whole number below a thousand as it is. */
const shortFormat = (format: string) => (format.includes("%") ? format : "SMART_NUMBER");

const OPERATORS = { "==": "EQUALS", "!=": "NOT_EQUALS", IN: "IN", "IS NOT NULL": "IS_NOT_NULL", "<=": "LESS_THAN_OR_EQUAL", ">=": "GREATER_THAN_OR_EQUAL", ">": "GREATER_THAN", "<": "LESS_THAN" } as const;

/** Whole thousands and millions on an axis; the exact number stands in the tooltip and the tables. */
const axisFormat = (format: string) => (format.includes("%") ? format : format === ",.2f" || format === ",d" ? "SMART_NUMBER" : format);

function seriesAxes(series: number, metrics: number): Params {
  return {
    order_desc: true, row_limit: SERIES_LIMIT, truncate_metric: true, show_empty_columns: true, rich_tooltip: true, tooltipSortByMetric: true,
    show_legend: series > 0 || metrics > 1, legendType: "scroll", legendOrientation: "top", x_axis_sort_asc: true, x_axis_sort_series: "name", x_axis_sort_series_ascending: true,
    comparison_type: "values", forecastEnabled: false, truncateYAxis: false, y_axis_bounds: [null, null], x_axis_title_margin: 15, y_axis_title_margin: 15, y_axis_title_position: "Left", zoomable: false, minorSplitLine: false, only_total: true, sort_series_type: "sum",
  };
}

/** `{page_length}` and bars off: numbers under one another are read, not looked at. */
function tableLooks(columnConfig: Params): Params {
  return { show_cell_bars: false, color_pn: false, allow_render_html: false, include_search: false, column_config: columnConfig };
}

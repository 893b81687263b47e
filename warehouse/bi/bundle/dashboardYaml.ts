import type { DashboardSpec, Tile } from "./types.ts";
import { chartUuid } from "./chartYaml.ts";
import { datasetUuid } from "./datasetYaml.ts";
import { uuid5 } from "./uuid5.ts";

export const dashboardUuid = (name: string): string => uuid5(`dashboard/${name}`);
export const dashboardSlug = (name: string): string => `martgraph-${name}`;

/** A row of tiles that can all be made. */
export interface TileRow {
  readonly height: number;
  readonly tiles: readonly Tile[];
}

const COLUMNS = 12;

/** The document of a dashboard: its grid, its filters. Ids are names, so that the same specification gives the same text. */
export function dashboardYaml(spec: DashboardSpec, rows: readonly TileRow[], datasets: ReadonlySet<string>): object {
  const position: Record<string, unknown> = {
    DASHBOARD_VERSION_KEY: "v2",
    ROOT_ID: { id: "ROOT_ID", type: "ROOT", children: ["GRID_ID"] },
    GRID_ID: { id: "GRID_ID", type: "GRID", parents: ["ROOT_ID"], children: rows.map((_row, index) => `ROW-${index + 1}`) },
    HEADER_ID: { id: "HEADER_ID", type: "HEADER", meta: { text: spec.title } },
  };
  let chartId = 0;
  for (const [index, row] of rows.entries()) {
    const rowId = `ROW-${index + 1}`;
    position[rowId] = { id: rowId, type: "ROW", parents: ["ROOT_ID", "GRID_ID"], children: row.tiles.map(({ chart }) => `CHART-${chart.name}`), meta: { background: "BACKGROUND_TRANSPARENT" } };
    for (const { chart, width } of row.tiles) {
      chartId += 1;
      position[`CHART-${chart.name}`] = {
        id: `CHART-${chart.name}`,
        type: "CHART",
        parents: ["ROOT_ID", "GRID_ID", rowId],
        children: [],
        // the number is replaced by the import; it only has to differ
        meta: { chartId, uuid: chartUuid(chart.name), sliceName: chart.title, height: row.height, width: Math.min(width, COLUMNS) },
      };
    }
  }
  return {
    dashboard_title: spec.title,
    description: spec.description,
    css: "",
    slug: dashboardSlug(spec.name),
    certified_by: "Martgraph",
    certification_details: "Generated from the contracts of the marts and the definitions of the metrics",
    published: true,
    uuid: dashboardUuid(spec.name),
    position,
    metadata: {
      color_scheme: "supersetColors",
      cross_filters_enabled: false,
      refresh_frequency: 0,
      expanded_slices: {},
      label_colors: spec.colors ?? {},
      shared_label_colors: [],
      timed_refresh_immune_slices: [],
      filter_bar_orientation: "HORIZONTAL",
      native_filter_configuration: spec.filters.filter(({ dataset }) => datasets.has(dataset)).map((filter) => nativeFilter(spec, filter)),
    },
    version: "1.0.0",
  };
}

function nativeFilter(spec: DashboardSpec, filter: DashboardSpec["filters"][number]): object {
  const common = {
    id: `NATIVE_FILTER-${spec.name}-${filter.name.toLowerCase().replaceAll(" ", "-")}`,
    name: filter.name,
    type: "NATIVE_FILTER",
    description: "",
    scope: { rootPath: ["ROOT_ID"], excluded: [] },
    cascadeParentIds: [],
    defaultDataMask: { extraFormData: {}, filterState: {}, ownState: {} },
  };
  if (filter.kind === "time") return { ...common, filterType: "filter_time", targets: [{}], controlValues: { enableEmptyFilter: false } };
  const isSingle = filter.isSingle === true;
  return {
    ...common,
    filterType: "filter_select",
    // tiles wait for the first item; without it the filter shows a currency that nothing has been asked for
    ...(isSingle ? { requiredFirst: true } : {}),
    targets: [{ column: { name: filter.column }, datasetUuid: datasetUuid(filter.dataset) }],
    controlValues: { multiSelect: !isSingle, enableEmptyFilter: isSingle, defaultToFirstItem: isSingle, inverseSelection: false, searchAllOptions: false, sortAscending: true },
  };
}

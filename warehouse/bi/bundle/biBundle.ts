import { stringify } from "yaml";
import { DASHBOARDS } from "../dashboards/dashboards.ts";
import { chartYaml, lackOf } from "./chartYaml.ts";
import { type BiEngine, databaseYaml, POSTGRES } from "./databaseYaml.ts";
import { dashboardYaml, type TileRow } from "./dashboardYaml.ts";
import { type KnownDataset, datasetYaml, knowDataset } from "./datasetYaml.ts";
import type { BiMetric, BiModel, DashboardSpec, DatasetSpec, SkippedTile } from "./types.ts";

/** What BI tools get, made of the contracts alone. */
export interface BiBundle {
  /** Text by path, as Superset's import of assets wants them. */
  readonly files: ReadonlyMap<string, string>;
  /** Tiles that are left out because what they read is not there. */
  readonly skipped: readonly SkippedTile[];
  /** Marts that each dashboard reads, by the dashboard's name. */
  readonly reads: ReadonlyMap<string, readonly string[]>;
}

export interface BundleSources {
  readonly models: readonly BiModel[];
  /** Metrics of the metric layer, by the mart that they are computed over. */
  readonly metrics: ReadonlyMap<string, readonly BiMetric[]>;
  readonly engine?: BiEngine;
  readonly dashboards?: readonly DashboardSpec[];
}

/** Every mart becomes a dataset; charts and dashboards come from our specifications. */
export function biBundle({ models, metrics, engine = POSTGRES, dashboards = DASHBOARDS }: BundleSources): BiBundle {
  const byName = new Map(models.map((model) => [model.name, model]));
  const specs = new Map<string, DatasetSpec>(models.map(({ name }) => [name, { name }]));
  for (const spec of dashboards.flatMap((dashboard) => dashboard.datasets)) specs.set(spec.name, joined(specs.get(spec.name), spec));
  const datasets = new Map<string, KnownDataset>();
  const missing = new Map<string, string>();
  for (const spec of specs.values()) {
    const known = knowDataset(spec, byName, metrics.get(spec.name) ?? []);
    if ("missing" in known) missing.set(spec.name, known.missing);
    else datasets.set(spec.name, known);
  }
  const files = new Map<string, string>();
  const put = (path: string, document: object) => files.set(path, toYaml(document));
  put("metadata.yaml", { version: "1.0.0", type: "assets" });
  put("databases/martgraph.yaml", databaseYaml(engine));
  for (const dataset of datasets.values()) put(`datasets/martgraph/${dataset.name}.yaml`, datasetYaml(dataset, engine));
  const skipped: SkippedTile[] = [];
  const reads = new Map<string, readonly string[]>();
  for (const dashboard of dashboards) {
    const rows: TileRow[] = [];
    const used = new Set<string>();
    for (const row of dashboard.rows) {
      const tiles = row.tiles.filter(({ chart }) => {
        const dataset = datasets.get(chart.dataset);
        const reason = dataset ? lackOf(chart, dataset) : (missing.get(chart.dataset) ?? `there is no dataset ${chart.dataset}`);
        if (reason !== undefined) skipped.push({ dashboard: dashboard.name, chart: chart.name, reason });
        return reason === undefined;
      });
      if (tiles.length === 0) continue;
      rows.push({ height: row.height, tiles: filled(row.tiles, tiles) });
      for (const { chart } of tiles) {
        const dataset = datasets.get(chart.dataset) as KnownDataset;
        for (const mart of dataset.reads) used.add(mart);
        put(`charts/${chart.name}.yaml`, chartYaml(chart, dataset));
      }
    }
    if (rows.length === 0) continue;
    put(`dashboards/${dashboard.name}.yaml`, dashboardYaml(dashboard, rows, new Set(datasets.keys())));
    reads.set(dashboard.name, [...used].sort());
  }
  return { files, skipped, reads };
}

/** What is left of a row takes the width of what is missing. */
function filled(all: TileRow["tiles"], left: TileRow["tiles"]): TileRow["tiles"] {
  const free = all.reduce((sum, { width }) => sum + width, 0) - left.reduce((sum, { width }) => sum + width, 0);
  const more = Math.floor(free / left.length);
  return left.map((tile) => ({ ...tile, width: tile.width + more }));
}

/** Two dashboards may say different things of one dataset: what each adds holds. */
function joined(before: DatasetSpec | undefined, spec: DatasetSpec): DatasetSpec {
  const names = new Set(spec.metrics?.map(({ name }) => name));
  return { ...before, ...spec, metrics: [...(before?.metrics ?? []).filter(({ name }) => !names.has(name)), ...(spec.metrics ?? [])] };
}

/** Superset reads YAML 1.1, where a bare `no` or `2009-12` is not a text. */
const toYaml = (document: object) => stringify(document, { version: "1.1", lineWidth: 0, aliasDuplicateObjects: false });

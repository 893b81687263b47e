import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";
import type { MetricCatalogue } from "#schema/values/metricCatalogue.ts";
import { type Manifest, modelsOf } from "../../tools/manifest.ts";
import { type BiBundle, biBundle } from "./biBundle.ts";
import { exposuresYaml } from "./exposures.ts";
import { metricExpressions } from "./metricExpressions.ts";
import type { BiModel, SkippedTile } from "./types.ts";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
/** The committed bundle, and what it held once: an import takes that out of a Superset again. */
export const BUNDLE_DIR = join(ROOT, "deploy", "superset", "bundle");
const EXPOSURES_FILE = join(ROOT, "dbt_project", "models", "exposures_dashboards.yml");
const RETIRED_FILE = join(ROOT, "deploy", "superset", "retired.json");

/** Something that we generated once and no longer do. */
export interface Retired {
  readonly kind: "dashboard" | "chart" | "dataset";
  readonly name: string;
  readonly uuid: string;
}

/** The marts as dbt's manifest describes them. */
export function biModels(manifest: Manifest): BiModel[] {
  return modelsOf(manifest, "marts").map((model) => ({
    name: model.name,
    description: model.description,
    owner: String(model.config.meta?.["owner"] ?? ""),
    grain: String(model.config.meta?.["grain"] ?? ""),
    columns: Object.values(model.columns).map((column) => {
      const pii = (column.config?.meta ?? column.meta)?.["pii"];
      return { name: column.name, type: column.data_type ?? "text", description: column.description, ...(typeof pii === "string" ? { pii } : {}) };
    }),
  }));
}

export const bundleOf = (manifest: Manifest, catalogue: MetricCatalogue): BiBundle => biBundle({ models: biModels(manifest), metrics: metricExpressions(catalogue).byModel });

/** deploy/superset/bundle, and dbt's exposures of the dashboards, beside what it should be: `stale` names the files that differ, `write` puts them right. */
export function bundleFiles(manifest: Manifest, catalogue: MetricCatalogue): { stale: string[]; skipped: readonly SkippedTile[]; write(): void } {
  const { files, skipped, reads } = bundleOf(manifest, catalogue);
  const exposures = exposuresYaml(reads);
  const exposuresStale = !existsSync(EXPOSURES_FILE) || readFileSync(EXPOSURES_FILE, "utf8") !== exposures;
  const wanted = new Map([...files].map(([path, text]) => [join(BUNDLE_DIR, path), text]));
  const present = new Map(listFiles(BUNDLE_DIR).map((path) => [path, readFileSync(path, "utf8")]));
  const gone = [...present.keys()].filter((path) => !wanted.has(path));
  const stale = [...[...wanted].filter(([path, text]) => present.get(path) !== text).map(([path]) => path), ...gone];
  const retired = retiredAfter(gone.map((path) => present.get(path) ?? ""), new Set([...wanted.values()].map(uuidOf)));
  if (JSON.stringify(retired) !== JSON.stringify(readRetired())) stale.push(RETIRED_FILE);
  if (exposuresStale) stale.push(EXPOSURES_FILE);
  return {
    stale: stale.map((path) => relative(ROOT, path)).sort(),
    skipped,
    write() {
      for (const path of stale) {
        const text = path === EXPOSURES_FILE ? exposures : wanted.get(path);
        if (text === undefined) rmSync(path, { force: true });
        else {
          mkdirSync(dirname(path), { recursive: true });
          writeFileSync(path, text);
        }
      }
      writeFileSync(RETIRED_FILE, `${JSON.stringify(retired, null, 1)}\n`);
    },
  };
}

/** The committed bundle, text by path. */
export function readBundle(): ReadonlyMap<string, string> {
  return new Map(listFiles(BUNDLE_DIR).map((path) => [relative(BUNDLE_DIR, path), readFileSync(path, "utf8")]));
}

export function readRetired(): Retired[] {
  return existsSync(RETIRED_FILE) ? (JSON.parse(readFileSync(RETIRED_FILE, "utf8")) as Retired[]) : [];
}

/** What was retired before, and what goes now; a name that comes back is ours again. */
function retiredAfter(gone: readonly string[], wanted: ReadonlySet<string>): Retired[] {
  const now = gone.map(retiredOf).filter((one) => one !== undefined);
  const all = new Map([...readRetired(), ...now].map((one) => [one.uuid, one]));
  return [...all.values()].filter(({ uuid }) => !wanted.has(uuid)).sort((left, right) => (`${left.kind} ${left.name}` < `${right.kind} ${right.name}` ? -1 : 1));
}

function retiredOf(text: string): Retired | undefined {
  const document = parse(text, { version: "1.1" }) as { uuid?: string; dashboard_title?: string; slice_name?: string; table_name?: string };
  if (!document.uuid) return undefined;
  if (document.dashboard_title) return { kind: "dashboard", name: document.dashboard_title, uuid: document.uuid };
  if (document.slice_name) return { kind: "chart", name: document.slice_name, uuid: document.uuid };
  return document.table_name ? { kind: "dataset", name: document.table_name, uuid: document.uuid } : undefined;
}

const uuidOf = (text: string): string => /^uuid: "?([0-9a-f-]{36})"?$/m.exec(text)?.[1] ?? "";

function listFiles(dir: string): string[] {
  if (!existsSync(dir)) return [];
  return readdirSync(dir, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name)).sort();
}

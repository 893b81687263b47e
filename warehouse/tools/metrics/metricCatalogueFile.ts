import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { MetricCatalogue } from "#schema/values/metricCatalogue.ts";
import { catalogueMetrics } from "./catalogueMetrics.ts";
import { catalogueDimensions, catalogueSources } from "./catalogueSources.ts";
import type { SemanticManifest } from "./semanticManifest.ts";

const NAME = "schema/generated/metrics.json";
const FILE = fileURLToPath(new URL(`../../../${NAME}`, import.meta.url));

/** The metrics as everybody but dbt reads them. @throws BadSemantics where the yml says what the metric layer cannot do */
export function metricCatalogue(manifest: SemanticManifest): MetricCatalogue {
  const sources = catalogueSources(manifest);
  return { sources, dimensions: catalogueDimensions(manifest, sources), metrics: catalogueMetrics(manifest, sources) };
}

/** schema/generated/metrics.json beside what it should be, as `rowTypeFiles` does it. */
export function metricCatalogueFile(manifest: SemanticManifest): { stale: string[]; write(): void } {
  const text = `${JSON.stringify(metricCatalogue(manifest), null, 1)}\n`;
  const isStale = !existsSync(FILE) || readFileSync(FILE, "utf8") !== text;
  return { stale: isStale ? [NAME] : [], write: () => { if (isStale) writeFileSync(FILE, text); } };
}

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { composeSupergraph, graphDrift, GRAPH_FILES } from "#gateway/compose.ts";
import { eventDocument } from "#schema/events/document.ts";
import { EVENTS } from "#schema/events/registry.ts";
import { ROOT_RULES_FILE, writeRootRules } from "#gateway/access/rootRules.ts";
import { describedSlices } from "../access/describedSlices.ts";
import { sliceRules } from "../access/graphRules.ts";
import type { Command } from "../cli/command.ts";
import { PROJECT_DIR } from "../install/dataDir.ts";

export const command: Command = {
  name: "gen",
  summary: "writes what is made from the contracts: supergraph, API schema, row types, metrics, dashboards, docs/events.md; --check only tells what has drifted",
  options: {
    check: { type: "boolean", help: "write nothing; exit code 1 when a file has drifted or the API breaks a client" },
    breaking: { type: "boolean", help: "write an API that breaks clients; needs a decision in docs/decisions" },
  },
  async run(values) {
    const composed = composeSupergraph(describedSlices());
    const { stale, breaking } = graphDrift(composed);
    const { rowTypes, metrics, bundle } = await warehouseDrift();
    const events = eventDocsDrift();
    const rules = rootRulesDrift();
    const drifted = [...stale, ...rowTypes.stale, ...metrics.stale, ...bundle.stale, ...events.stale, ...rules.stale];
    const tell = (answer: object, lines: readonly string[]) => void process.stdout.write(values["json"] === true ? `${JSON.stringify(answer)}\n` : lines.map((line) => `${line}\n`).join(""));
    const breaks = breaking.map((change) => `breaking: ${change}`);
    if (values["check"] === true) {
      tell({ stale: drifted, breaking }, [...breaks, ...drifted.map((file) => `stale: ${file} (npm run gen writes it)`)]);
      return drifted.length + breaking.length > 0 ? 1 : 0;
    }
    if (breaking.length > 0 && values["breaking"] !== true) {
      tell({ written: [], breaking }, [...breaks, "Nothing was written: these changes break clients. Add a new field instead, or decide it in docs/decisions and run again with --breaking."]);
      return 1;
    }
    writeFileSync(GRAPH_FILES.supergraph, composed.supergraphSdl);
    writeFileSync(GRAPH_FILES.api, composed.apiSdl);
    rowTypes.write();
    metrics.write();
    bundle.write();
    events.write();
    rules.write();
    const skipped = bundle.skipped.map(({ dashboard, chart, reason }) => `left out: tile ${chart} of dashboard ${dashboard}, because ${reason}`);
    tell({ written: drifted, breaking, hints: composed.hints, skippedTiles: bundle.skipped }, [...breaks, `written: ${drifted.join(", ") || "nothing had changed"}`, ...skipped, ...composed.hints.map((hint) => `hint: ${hint}`)]);
    return 0;
  },
};

/** Row types come from dbt's contracts, the metrics from its semantic models, dashboards from both; see schema/generated and deploy/superset. */
async function warehouseDrift() {
  const [{ parseProject }, { rowTypeFiles }, { metricCatalogueFile, metricCatalogue }, { bundleFiles }] = await Promise.all([
    import("#warehouse/tools/parseManifest.ts"), import("#warehouse/tools/rowTypes.ts"), import("#warehouse/tools/metrics/metricCatalogueFile.ts"), import("#warehouse/bi/bundle/bundleFiles.ts"),
  ]);
  const { manifest, semantics } = await parseProject();
  return { rowTypes: await rowTypeFiles(manifest), metrics: metricCatalogueFile(semantics), bundle: bundleFiles(manifest, metricCatalogue(semantics)) };
}

/** What the gateway judges root fields by is made of the slices' guards. */
function rootRulesDrift(): { stale: string[]; write(): void } {
  const text = writeRootRules(sliceRules());
  const isStale = !existsSync(ROOT_RULES_FILE) || readFileSync(ROOT_RULES_FILE, "utf8") !== text;
  return { stale: isStale ? ["schema/graphql/rootRules.json"] : [], write: () => { if (isStale) writeFileSync(ROOT_RULES_FILE, text); } };
}

const EVENT_DOCS = "docs/events.md";

/** The consumers' page of events comes from the registry; see schema/events. */
function eventDocsDrift(): { stale: string[]; write(): void } {
  const file = join(PROJECT_DIR, EVENT_DOCS);
  const text = eventDocument(EVENTS);
  const isStale = !existsSync(file) || readFileSync(file, "utf8") !== text;
  return { stale: isStale ? [EVENT_DOCS] : [], write: () => { if (isStale) writeFileSync(file, text); } };
}

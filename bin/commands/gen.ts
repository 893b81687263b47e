import { writeFileSync } from "node:fs";
import { composeSupergraph, graphDrift, GRAPH_FILES } from "#gateway/compose.ts";
import type { Command } from "../cli/command.ts";

export const command: Command = {
  name: "gen",
  summary: "writes what is made from the contracts: supergraph, API schema, row types; --check only tells what has drifted",
  options: {
    check: { type: "boolean", help: "write nothing; exit code 1 when a file has drifted or the API breaks a client" },
    breaking: { type: "boolean", help: "write an API that breaks clients; needs a decision in docs/decisions" },
  },
  async run(values) {
    const composed = composeSupergraph();
    const { stale, breaking } = graphDrift(composed);
    const rowTypes = await rowTypesDrift();
    const say = (line: string) => void process.stdout.write(`${line}\n`);
    for (const change of breaking) say(`breaking: ${change}`);
    if (values["check"] === true) {
      for (const file of [...stale, ...rowTypes.stale]) say(`stale: ${file} (npm run gen writes it)`);
      return stale.length + rowTypes.stale.length + breaking.length > 0 ? 1 : 0;
    }
    if (breaking.length > 0 && values["breaking"] !== true) {
      say("Nothing was written: these changes break clients. Add a new field instead, or decide it in docs/decisions and run again with --breaking.");
      return 1;
    }
    writeFileSync(GRAPH_FILES.supergraph, composed.supergraphSdl);
    writeFileSync(GRAPH_FILES.api, composed.apiSdl);
    rowTypes.write();
    say(`written: ${[...stale, ...rowTypes.stale].join(", ") || "nothing had changed"}`);
    for (const hint of composed.hints) say(`hint: ${hint}`);
    return 0;
  },
};

/** Row types of marts and features come from dbt's contracts; see schema/generated. */
async function rowTypesDrift(): Promise<{ stale: string[]; write(): void }> {
  const { rowTypeFiles } = await import("#warehouse/tools/rowTypes.ts");
  return rowTypeFiles();
}

import { createProgress } from "#bin/cli/progress.ts";
import { openInstallation } from "#bin/install/installation.ts";
import { serveGraph } from "#bin/serve/serveGraph.ts";
import { observeStatements } from "#platform/db/database.ts";
import { createLog } from "#platform/log.ts";
import { fillBenchShop, searchWords } from "./fill.ts";

/**
 * The product as `npm start` serves it in one process, over a PostgreSQL of its own that holds the bench's shop. What is left out is
 * the pipeline: no build runs beside the measuring, and analytics and predictions have no published marts. The parent asks for
 * counts by messages; without a parent it ends.
 */
const [dataDir, port] = [process.argv[2], Number(process.argv[3] ?? 0)];
if (dataDir === undefined) throw new Error("name the folder for the data");
const log = createLog("bench");
let statements = 0;
const byName = new Map<string, number>();
observeStatements((name) => {
  statements += 1;
  byName.set(name, (byName.get(name) ?? 0) + 1);
});
const installation = await openInstallation({ dataDir, progress: createProgress(true), log });
const filled = await fillBenchShop(installation.owner("shop"));
const { url } = await serveGraph(installation, { port, host: "127.0.0.1", split: false });

process.on("message", (asked: "statements" | "stop") => {
  if (asked === "statements") process.send?.({ statements, byName: Object.fromEntries(byName) });
  else void stop();
});
process.on("disconnect", () => void stop());
process.on("SIGTERM", () => void stop());
process.on("SIGINT", () => void stop());

let stopping: Promise<void> | undefined;
function stop(): Promise<void> {
  return (stopping ??= installation.lifecycle.close().then(() => process.exit()));
}
process.send?.({ ready: true, url, filled, words: searchWords() });

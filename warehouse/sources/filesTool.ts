import type { Clock } from "#platform/clock.ts";
import type { Database } from "#platform/db/database.ts";
import type { Log } from "#platform/log.ts";
import type { ObjectStore } from "#platform/objects/store.ts";
import type { FilesTool } from "../pipeline/types.ts";
import { activeSources } from "./activeSources.ts";
import { type FileReport, ingestFiles } from "./ingest.ts";

export interface FilesToolOptions {
  /** Logs in as martgraph_loader. */
  readonly warehouse: Database;
  /** Opened when there is a source to look at. */
  readonly openStore: () => Promise<ObjectStore>;
  readonly clock: Clock;
  readonly log: Log;
}

/** Takes what is new in the files of the active sources, in the pipeline. */
export function createFilesTool({ warehouse, openStore, clock, log }: FilesToolOptions): FilesTool {
  let store: Promise<ObjectStore> | undefined;
  return {
    async takeIn(signal) {
      const sources = await activeSources();
      if (sources.length === 0) return undefined;
      const reports = await ingestFiles({ warehouse, store: await (store ??= openStore()), sources, clock, log }, { signal });
      for (const report of reports) if (report.state !== "LOADED") log.warn(report, "a file was not taken");
      return { rows: reports.reduce((sum, { written }) => sum + written, 0), message: fileSentence(reports) };
    },
  };
}

/** `3 files, 2 rows wait in quarantine, 1 held`. */
export function fileSentence(reports: readonly FileReport[]): string {
  if (reports.length === 0) return "no new files";
  const count = (state: FileReport["state"]) => reports.filter((report) => report.state === state).length;
  const waiting = reports.reduce((sum, { quarantined }) => sum + quarantined, 0);
  return [
    `${reports.length} file${reports.length > 1 ? "s" : ""}`,
    ...(waiting > 0 ? [`${waiting} row${waiting > 1 ? "s" : ""} in quarantine`] : []),
    ...(count("HELD") > 0 ? [`${count("HELD")} held`] : []),
    ...(count("REFUSED") > 0 ? [`${count("REFUSED")} refused`] : []),
  ].join(", ");
}

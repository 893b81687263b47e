import { pruneJobs } from "../../queries/import/jobs.ts";
import { pruneFiles } from "../../queries/import/files.ts";
import { runExportJob } from "./runExport.ts";
import { type JobParts, runNextJob } from "./runJob.ts";

/** How long jobs with their reports, and files that were handed in, are kept. */
const KEEP_DAYS = 30;
const PRUNE_MS = 3_600_000;

/** Works at jobs one after the other, as long as there are any; looks for new ones every so many seconds. Stopping waits for the batch under way and leaves the rest to whoever comes next. */
export function startJobs(parts: JobParts, seconds: number): { stop(): Promise<void> } {
  let working: Promise<void> | undefined;
  let isStopped = false;
  let prunedAt = 0;
  const work = async (): Promise<void> => {
    if (Date.now() - prunedAt > PRUNE_MS) {
      prunedAt = Date.now();
      for (const key of [...(await pruneJobs(parts.db, KEEP_DAYS)), ...(await pruneFiles(parts.db, KEEP_DAYS))]) await parts.objects.delete(key);
    }
    while (!isStopped && (await runNextJob(parts, runExportJob, () => isStopped)));
  };
  const timer = setInterval(() => {
    working ??= work()
      .catch((error: unknown) => parts.log.warn({ error }, "jobs of import and export could not be worked at"))
      .finally(() => { working = undefined; });
  }, seconds * 1000).unref();
  return {
    async stop() {
      isStopped = true;
      clearInterval(timer);
      await working;
    },
  };
}

import type { Readable } from "node:stream";
import { Readable as Stream } from "node:stream";
import type { ByteSource } from "#platform/tabular/source.ts";
import { TableError } from "#platform/tabular/tableError.ts";
import type { Viewer } from "#kit/viewer.ts";
import { isConnectionError } from "#platform/db/errors.ts";
import type { CatalogParts } from "../../context.ts";
import { claimJob, finishJob, findJob, type Job, releaseJob, renewJob, restartPhase } from "../../queries/import/jobs.ts";
import { listReport } from "../../queries/import/report.ts";
import type { ImportFiles, ImportRun } from "./importRun.ts";
import { mappingSentence } from "#platform/tabular/mapping/readYaml.ts";
import { readMapping } from "./readMapping.ts";
import { JobStopped, LEASE_SECONDS, type Progressed, runPhase } from "./runImport.ts";

const REPORT_PAGE = 5_000;

export type JobParts = Pick<CatalogParts, "db" | "clocks" | "log" | "objects">;

/** Files that were handed in, where the store has them. */
export function uploadedFiles({ objects }: Pick<JobParts, "objects">, job: Job): ImportFiles {
  const byName = new Map((job.files ?? []).map((file) => [file.name, file]));
  return {
    list: async () => [...byName.keys()].sort(),
    async find(name): Promise<ByteSource | undefined> {
      const file = byName.get(name);
      return file && {
        name,
        size: file.size,
        async open() {
          const stored = await objects.get(file.key);
          if (!stored) throw new TableError(name, undefined, "the file was never handed in, or is gone: hand it in again");
          return stored.body;
        },
      };
    },
  };
}

/** Brings a claimed import to its end. What goes wrong with its files is told in the job; a database that is away is thrown, and the job goes on later. */
export async function runImportJob(parts: JobParts, job: Job, files: ImportFiles, hear?: (phase: Job["phase"], progress: Progressed) => void): Promise<void> {
  const mapping = readMapping(job.task);
  if (!mapping.ok) return finishJob(parts.db, job, { state: "FAILED", problem: mapping.error.map(mappingSentence).join("\n") });
  const everything = job.may.includes("catalog.import");
  const owner: Viewer | null = job.ownerId === null ? null : { userId: job.ownerId, roles: [], vendorIds: job.vendorId === null ? [] : [job.vendorId] };
  const runOf = (isDry: boolean): ImportRun => ({
    db: parts.db, log: parts.log, clocks: parts.clocks, objects: parts.objects, attached: new Set(), mapping: mapping.value, files, owner, isDry, reference: job.id,
    rights: { everything, vendorId: job.vendorId, createTerms: job.may.includes("catalog.importTerms") || everything },
    actor: job.ownerId === null ? "system" : `user:${job.ownerId}`,
    now: () => parts.clocks.business.now(),
    planned: { PRODUCT: new Set(), SKU: new Set(), CUSTOMER: new Set() },
  });
  // Reading a long joined file, or a slow batch, must not look like death.
  const heart = setInterval(() => void renewJob(parts.db, job, LEASE_SECONDS).catch(() => {}), (LEASE_SECONDS * 1000) / 4);
  try {
    let current = job;
    if (current.phase === "CHECK") {
      await runPhase(runOf(true), current, (progress) => hear?.("CHECK", progress));
      const { refused } = (await findJob(parts.db, job.id)) ?? job;
      if (job.isDryRun || (job.onError === "REJECT_ALL" && refused > 0n)) {
        const report = await writeReport(parts, job);
        return await finishJob(parts.db, job, { state: job.isDryRun ? "DONE" : "REJECTED", ...report, ...(job.isDryRun ? {} : { problem: `${refused} rows would be refused, so none was taken` }) });
      }
      await parts.db.tx((tx) => restartPhase(tx, job, "RUN"));
      current = { ...job, phase: "RUN", bookmark: null };
    }
    await runPhase(runOf(false), current, (progress) => hear?.("RUN", progress));
    await finishJob(parts.db, job, { state: "DONE", ...(await writeReport(parts, job)) });
  } catch (error) {
    if (error instanceof JobStopped && error.why === "LOST") {
      // Whoever was asked to stop gives the job back at once; from one that was taken over there is nothing to give.
      await releaseJob(parts.db, job).catch(() => {});
      return;
    }
    if (isConnectionError(error)) throw error;
    const report = await writeReport(parts, job);
    if (error instanceof JobStopped) return await finishJob(parts.db, job, { state: "CANCELLED", ...report });
    if (error instanceof TableError) return await finishJob(parts.db, job, { state: "FAILED", problem: error.message, ...report });
    parts.log.error({ error, job: job.id }, "an import failed");
    await finishJob(parts.db, job, { state: "FAILED", problem: "the import failed for a reason of the shop's own; rows that the report names are done, and starting it again goes on", ...report });
  } finally {
    clearInterval(heart);
  }
}

/** The whole report as JSON lines, in the store. */
async function writeReport({ db, objects }: JobParts, job: Job): Promise<{ resultKey: string; resultBytes: number }> {
  const key = `imports/${job.id}/report.jsonl`;
  async function* lines(): AsyncGenerator<string> {
    for (let after = 0n; ;) {
      const page = await listReport(db, job.id, { limit: REPORT_PAGE, after }, false);
      if (page.length > 0) yield page.map(({ seq, line, ...row }) => `${JSON.stringify({ row: Number(seq), line: Number(line), ...row })}\n`).join("");
      if (page.length < REPORT_PAGE) return;
      after = (page.at(-1) as { seq: bigint }).seq;
    }
  }
  const { size } = await objects.put(key, Stream.from(lines(), { objectMode: false }) as Readable, { contentType: "application/x-ndjson" });
  return { resultKey: key, resultBytes: size };
}

/** Takes up the next job that waits or was cut off. Answers whether there was one. */
export async function runNextJob(parts: JobParts, runExport: (parts: JobParts, job: Job) => Promise<void>, isStopped: () => boolean = () => false): Promise<boolean> {
  const job = await claimJob(parts.db, LEASE_SECONDS);
  if (!job) return false;
  // What dies with every attempt must not take every process along for ever.
  if (job.attempts > 20) await finishJob(parts.db, job, { state: "FAILED", problem: "the import was begun twenty times and never came to its end" });
  else if (job.kind === "IMPORT") await runImportJob(parts, job, uploadedFiles(parts, job), () => { if (isStopped()) throw new JobStopped("LOST"); });
  else await runExport(parts, job);
  return true;
}

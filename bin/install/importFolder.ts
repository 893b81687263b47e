import { existsSync, readFileSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { businessClock, wallClock } from "#platform/clock.ts";
import { Database } from "#platform/db/database.ts";
import { openObjectStore } from "#platform/objects/open.ts";
import { SetupError } from "#platform/postgres/setupError.ts";
import { folderFiles } from "#subgraphs/catalog/commands/import/folderFiles.ts";
import { mappingSentence } from "#platform/tabular/mapping/readYaml.ts";
import { readMapping } from "#subgraphs/catalog/commands/import/readMapping.ts";
import { readPresets } from "#subgraphs/catalog/commands/import/readPresets.ts";
import { runImportJob } from "#subgraphs/catalog/commands/import/runJob.ts";
import { JobStopped } from "#subgraphs/catalog/commands/import/runImport.ts";
import { claimJobById, findJob, insertJob, type Job } from "#subgraphs/catalog/queries/import/jobs.ts";
import { listReport } from "#subgraphs/catalog/queries/import/report.ts";
import type { Progress } from "../cli/progress.ts";
import { objectsOf } from "../install/objects.ts";
import type { Installation } from "./installation.ts";

export interface ImportSettings {
  /** A file, or the name of a mapping that comes with the shop. */
  readonly mapping: string;
  readonly from: string;
  readonly check: boolean;
  readonly rejectAll: boolean;
  /** Slug of the vendor whose products they are; the whole shop's where undefined. */
  readonly vendor: string | undefined;
}

const LEASE_SECONDS = 60;
/** Refused rows that are shown; the report has all. */
const SHOWN = 20;

/** The mapping's text. Asked before anything is touched. @throws SetupError that says what is wrong with it */
export function readMappingFile(nameOrPath: string): string {
  const presets = readPresets();
  const preset = presets.get(nameOrPath);
  const path = resolve(nameOrPath);
  if (preset === undefined && !existsSync(path)) throw new SetupError(`--mapping names ${path}, which does not exist: give a file, or one of ${[...presets.keys()].join(", ")}.`);
  const text = preset ?? readFileSync(path, "utf8");
  const read = readMapping(text);
  if (!read.ok) throw new SetupError(`The mapping ${nameOrPath} cannot be read:\n${read.error.map((problem) => `  ${mappingSentence(problem)}`).join("\n")}`);
  return text;
}

export function assertImportFolder(folder: string): string {
  const path = resolve(folder);
  if (!existsSync(path) || !statSync(path).isDirectory()) throw new SetupError(`--from names ${path}, which is no folder: give the one that holds the files.`);
  return path;
}

/**
 * Imports a folder of files into a shop, beside a running one or by itself. Answers the job as it ended and where its report lies. Who is
 * asked to stop does so behind the batch that is being written: what stands in the report is done, and the job is called off.
 */
export async function importFolder(installation: Installation, settings: ImportSettings, progress: Progress, asked: AbortSignal): Promise<{ job: Job; report: string }> {
  const { lifecycle, log } = installation;
  const text = readMappingFile(settings.mapping);
  const files = await folderFiles(assertImportFolder(settings.from));
  const db = Database.open(installation.databases.as("martgraph_catalog", { max: 4, applicationName: "martgraph import" }), { onError: (error) => log.warn({ error }, "idle connection lost") });
  lifecycle.onClose("catalog", () => db.close());
  const kept = objectsOf(installation);
  const objects = await openObjectStore(kept);
  lifecycle.onClose("objects", () => objects.close());
  const vendorId = settings.vendor === undefined ? null : await vendorOf(installation, settings.vendor);
  const made = await insertJob(db, {
    kind: "IMPORT", ownerId: null, vendorId, may: vendorId === null ? ["catalog.import"] : ["catalog.importTerms"], name: settings.mapping.slice(-100), task: text, files: null,
    isDryRun: settings.check, onError: settings.rejectAll ? "REJECT_ALL" : "SKIP", bytesTotal: 0n,
  });
  const claimed = await claimJobById(db, made.id, LEASE_SECONDS);
  if (!claimed) throw new SetupError("The import was cancelled before it began.");
  const job = await progress.step(settings.check ? "Look what the import would do" : "Import", async (tell) => {
    const parts = { db, log, objects, clocks: { business: await businessClock(db), wall: wallClock } };
    await runImportJob(parts, claimed, files, (phase, { counts }) => {
      tell(`${phase === "CHECK" ? "checked" : "written"}: ${counts.created} new, ${counts.updated} changed, ${counts.unchanged} as they were, ${counts.refused} refused`);
      if (asked.aborted) throw new JobStopped("CANCELLED");
    });
    const done = (await findJob(db, made.id)) as Job;
    const note = `${done.created} new, ${done.updated} changed, ${done.unchanged} as they were, ${done.refused} refused`;
    return { value: done, rows: done.reportRows, note, verdict: done.state === "DONE" ? "done" : "refused" };
  });
  for (const { file, line, entity, key, field, reason } of await listReport(db, job.id, { limit: SHOWN, after: 0n }, true)) {
    progress.note(`    ${file}, line ${line}: ${entity.toLowerCase()}${key === null ? "" : ` ${key}`}: ${field === null ? "" : `${field}: `}${reason ?? ""}`);
  }
  if (job.refused > SHOWN) progress.note(`    ... and ${job.refused - BigInt(SHOWN)} more, in the report.`);
  if (job.state === "CANCELLED") progress.note(settings.check ? "    Stopped: nothing was written." : "    Stopped: what the report has is done, and the same command again finds it as it is.");
  if (job.problem !== null) progress.note(`    ${job.problem}`);
  const report = kept.s3 ? (job.resultKey ?? "") : `${kept.dir}/${job.resultKey ?? ""}`;
  progress.note(`    Report: ${report}`);
  return { job, report };
}

async function vendorOf(installation: Installation, slug: string): Promise<string> {
  const { rows } = await installation.owner("shop").raw<{ id: string }>("select id from users.vendors where slug = $1", [slug]);
  if (!rows[0]) throw new SetupError(`--vendor is "${slug}", and there is no such vendor: give the slug of one.`);
  return rows[0].id;
}

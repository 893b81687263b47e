import { randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile, mkdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { businessClock, wallClock } from "#platform/clock.ts";
import type { Database } from "#platform/db/database.ts";
import { type Log, silentLog } from "#platform/log.ts";
import { openObjectStore } from "#platform/objects/open.ts";
import type { ImportFiles } from "../commands/import/importRun.ts";
import { folderFiles } from "../commands/import/folderFiles.ts";
import { runImportJob } from "../commands/import/runJob.ts";
import { claimJobById, findJob, insertJob, type Job, type NewJob } from "../queries/import/jobs.ts";
import { listReport, type ReportRow } from "../queries/import/report.ts";

/** What the importer takes for a mistake of its own fails the test that caused it. */
const loudLog = { ...silentLog, error: (fields: { error?: unknown }) => { throw fields.error; }, child: () => loudLog } as unknown as Log;

export interface Imported { readonly job: Job; readonly rows: readonly ReportRow[]; /** Outcomes with their counts. */ readonly outcomes: Readonly<Record<string, number>> }

/** Runs mappings over files in this process, as the command line does. */
export async function importHarness(db: Database) {
  const dir = await mkdtemp(join(tmpdir(), "martgraph-import-"));
  const objects = await openObjectStore({ dir: join(dir, "objects"), secret: randomBytes(32).toString("base64url") });
  let folders = 0;
  return {
    dir,
    objects,
    async folder(files: Readonly<Record<string, string | Uint8Array>>): Promise<string> {
      folders += 1;
      const at = join(dir, `files${folders}`);
      for (const [name, content] of Object.entries(files)) {
        await mkdir(dirname(join(at, name)), { recursive: true });
        await writeFile(join(at, name), content);
      }
      return at;
    },
    async run(mapping: string, from: string | ImportFiles, options: Partial<NewJob> = {}): Promise<Imported> {
      const files = typeof from === "string" ? await folderFiles(from) : from;
      const { id } = await insertJob(db, { kind: "IMPORT", ownerId: null, vendorId: null, may: ["catalog.import"], name: "test", task: mapping, files: null, isDryRun: false, onError: "SKIP", bytesTotal: 0n, ...options });
      const job = await claimJobById(db, id, 60);
      if (!job) throw new Error("the job could not be claimed");
      await runImportJob({ db, clocks: { business: await businessClock(db), wall: wallClock }, log: loudLog, objects }, job, files);
      const rows: ReportRow[] = [];
      for (let after = 0n; ;) {
        const page = await listReport(db, id, { limit: 5_000, after }, false);
        rows.push(...page);
        if (page.length < 5_000) break;
        after = (page.at(-1) as ReportRow).seq;
      }
      const outcomes: Record<string, number> = {};
      for (const { entity, outcome } of rows) outcomes[`${entity} ${outcome}`] = (outcomes[`${entity} ${outcome}`] ?? 0) + 1;
      return { job: (await findJob(db, id)) as Job, rows, outcomes };
    },
    async close(): Promise<void> {
      await objects.close();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

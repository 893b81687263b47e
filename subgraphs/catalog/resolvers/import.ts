import { type PageArgs, readPage, toConnection } from "#kit/page.ts";
import type { Resolvers } from "#kit/subgraph.ts";
import { toUserError } from "#kit/userError.ts";
import { can } from "#kit/viewer.ts";
import { decodeId, encodeId } from "#schema/values/ids.ts";
import { exportStart } from "../commands/import/exportStart.ts";
import { findOwnJob, importCancel } from "../commands/import/importCancel.ts";
import { importStart } from "../commands/import/importStart.ts";
import { importUploadStart } from "../commands/import/importUploadStart.ts";
import type { CatalogContext } from "../context.ts";
import { EXPORT_ENTITIES, type ExportEntity, exportMapping, type ExportTask } from "../domain/import/exportTask.ts";
import { listExportAttributes } from "../queries/import/exports.ts";
import { findJob, type Job, jobCursor, listJobs } from "../queries/import/jobs.ts";
import { listReport, reportCursor, reportPlace } from "../queries/import/report.ts";
import { exportStartErrors, importCancelErrors, importInputErrors, importStartErrors } from "./errors/import.ts";

type Given<T> = T | null | undefined;
interface StartInput {
  mapping: Given<string>; preset: Given<string>; fileIds: Given<string[]>; inlineFiles: Given<{ name: string; text: string }[]>; vendorId: Given<string>;
  dryRun: Given<boolean>; onError: Given<"SKIP" | "REJECT_ALL">; idempotencyKey: string;
}
interface ExportInput { entity: string; format: Given<"CSV" | "JSONL">; status: Given<ExportTask["status"]>; currency: Given<string>; vendorId: Given<string>; idempotencyKey: string }

const OVER: ReadonlySet<Job["state"]> = new Set(["DONE", "REJECTED", "FAILED", "CANCELLED"]);
const DOWNLOAD_SECONDS = 3_600;
const MAX_INT = 2_147_483_647n;
const toInt = (count: bigint) => Number(count > MAX_INT ? MAX_INT : count);
/** Null for what is no id of a vendor: it is refused, not left out. */
const vendorUuid = (id: Given<string>) => (id == null ? undefined : (decodeId("ven", id) ?? null));

export const importResolvers: Resolvers = {
  Query: {
    importJob: async (_root: unknown, { id }: { id: string }, { db, viewer }: CatalogContext) => (await findOwnJob(db, viewer, decodeId("imp", id))) ?? null,
    async importJobs(_root: unknown, args: PageArgs, { db, viewer }: CatalogContext) {
      const page = readPage(args, jobCursor);
      const jobs = await listJobs(db, page, can(viewer, "catalog.import") ? null : viewer.userId);
      return toConnection(jobs, page, (job) => jobCursor.encode([job.sortKey, job.id]));
    },
    importPresets: (_root: unknown, _args: unknown, { presets }: CatalogContext) => [...presets.keys()],
  },
  Mutation: {
    async importUploadStart(_root: unknown, { input }: { input: { name: string; size: string | bigint } }, context: CatalogContext) {
      const size = BigInt(input.size);
      const outcome = await importUploadStart(context, { name: input.name, size: size > BigInt(Number.MAX_SAFE_INTEGER) ? Number.MAX_SAFE_INTEGER : Number(size) });
      if (!outcome.ok) return toUserError(importInputErrors, outcome.error);
      const { id, put } = outcome.value;
      return { __typename: "ImportUploadStartSuccess", fileId: encodeId("imp", id), url: put.url, contentType: put.headers["content-type"] ?? "application/octet-stream", expiresAt: put.expiresAt };
    },
    async importStart(_root: unknown, { input }: { input: StartInput }, context: CatalogContext) {
      const outcome = await importStart(context, {
        mapping: input.mapping ?? undefined, preset: input.preset ?? undefined, fileIds: (input.fileIds ?? []).map((id) => decodeId("imp", id)), inline: input.inlineFiles ?? [],
        vendorId: vendorUuid(input.vendorId), dryRun: input.dryRun ?? false, onError: input.onError ?? "SKIP", key: input.idempotencyKey,
      });
      return outcome.ok ? { __typename: "ImportStartSuccess", job: await findJob(context.db, outcome.value.jobId) } : toUserError(importStartErrors, outcome.error);
    },
    async importCancel(_root: unknown, { input }: { input: { id: string } }, context: CatalogContext) {
      const outcome = await importCancel(context, decodeId("imp", input.id));
      return outcome.ok ? { __typename: "ImportCancelSuccess", job: outcome.value } : toUserError(importCancelErrors, outcome.error);
    },
    async exportStart(_root: unknown, { input }: { input: ExportInput }, context: CatalogContext) {
      const entity = EXPORT_ENTITIES.find((name) => name === input.entity);
      if (!entity) return toUserError(importInputErrors, { code: "INVALID_VALUE", path: ["input", "entity"], message: `An export holds ${EXPORT_ENTITIES.join(", ")}.` });
      const task = { entity: entity as ExportEntity, format: input.format ?? "CSV", status: input.status ?? null, currency: input.currency ?? null };
      const outcome = await exportStart(context, { task, vendorId: vendorUuid(input.vendorId), key: input.idempotencyKey });
      return outcome.ok ? { __typename: "ExportStartSuccess", job: await findJob(context.db, outcome.value.jobId) } : toUserError(exportStartErrors, outcome.error);
    },
  },
  ImportJob: {
    id: (job: Job) => encodeId("imp", job.id),
    dryRun: (job: Job) => job.isDryRun,
    percent: (job: Job) => (OVER.has(job.state) ? 100 : job.bytesTotal === 0n ? 0 : Math.min(99, Number((job.bytesDone * 100n) / job.bytesTotal))),
    counts: (job: Job) => ({ created: toInt(job.created), updated: toInt(job.updated), unchanged: toInt(job.unchanged), refused: toInt(job.refused) }),
    mapping: async (job: Job, _args: unknown, { db }: CatalogContext) => (job.kind === "IMPORT" ? job.task : exportMapping(JSON.parse(job.task) as ExportTask, await listExportAttributes(db))),
    async report(job: Job, args: PageArgs & { onlyRefused: Given<boolean> }, { db }: CatalogContext) {
      const page = readPage(args, reportCursor);
      const rows = await listReport(db, job.id, reportPlace(page), args.onlyRefused ?? false);
      return toConnection(rows, page, (row) => reportCursor.encode([String(row.seq)]));
    },
    file(job: Job, _args: unknown, { downloads }: CatalogContext) {
      if (job.resultKey === null || job.resultBytes === null) return null;
      const fileName = job.kind === "EXPORT" ? job.name : "report.jsonl";
      return { ...downloads.sign({ key: job.resultKey, fileName }, DOWNLOAD_SECONDS), bytes: job.resultBytes };
    },
  },
  ImportReportRow: { line: ({ line }: { line: bigint }) => toInt(line) },
};

import { audit } from "#kit/audit.ts";
import { err, ok, type Result } from "#schema/values/result.ts";
import { exportFileName, type ExportTask, isExportTask } from "../../domain/import/exportTask.ts";
import { countOpenJobs, insertJob } from "../../queries/import/jobs.ts";
import { type IdempotencyRefusal, once } from "../once.ts";
import { type JobScopeRefusal, scopeOf } from "./importStart.ts";
import { type ImportParts, invalidInput } from "./importUploadStart.ts";

const MAX_OPEN = 5;

export type ExportStartRefusal = JobScopeRefusal | IdempotencyRefusal;

/** Puts an export into the queue. */
export async function exportStart(parts: ImportParts, input: { task: ExportTask; vendorId: string | null | undefined; key: string }): Promise<Result<{ jobId: string }, ExportStartRefusal>> {
  const { viewer } = parts;
  const scope = scopeOf(viewer, input.vendorId);
  if (!scope.ok) return scope;
  if (!isExportTask(input.task)) return invalidInput("currency", "This is no currency of ISO 4217.");
  const { key, ...content } = input;
  return once<{ jobId: string }, ExportStartRefusal>(parts, { operation: "exportStart", key, content }, async (tx) => {
    const ownerId = viewer.userId as string;
    if ((await countOpenJobs(tx, ownerId)) >= MAX_OPEN) return err({ code: "TOO_MANY_IMPORTS", limit: MAX_OPEN });
    const job = await insertJob(tx, { kind: "EXPORT", ownerId, ...scope.value, name: exportFileName(input.task), task: JSON.stringify(input.task), files: null, isDryRun: false, onError: "SKIP", bytesTotal: 0n });
    await audit(tx, { actor: viewer, action: "exportStart", targetKind: "import", targetId: job.id, details: { entity: input.task.entity, vendorId: scope.value.vendorId }, requestId: parts.requestId });
    return ok({ jobId: job.id });
  });
}

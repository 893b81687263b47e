import { audit } from "#kit/audit.ts";
import { can, type Viewer } from "#kit/viewer.ts";
import type { Reader } from "#platform/db/database.ts";
import { err, ok, type Result } from "#schema/values/result.ts";
import { cancelJob, findJob, type Job } from "../../queries/import/jobs.ts";
import type { ImportParts } from "./importUploadStart.ts";

export type ImportCancelRefusal = { code: "IMPORT_NOT_FOUND" } | { code: "IMPORT_OVER"; state: Job["state"] };

/** The job, if it is the viewer's or the viewer may see all: another's is not there. */
export async function findOwnJob(db: Reader, viewer: Viewer, id: string | undefined): Promise<Job | undefined> {
  const job = id === undefined ? undefined : await findJob(db, id);
  return job && (can(viewer, "catalog.import") || (viewer.userId !== null && job.ownerId === viewer.userId)) ? job : undefined;
}

/** Stops a job: what its report names is done and stays. */
export async function importCancel(parts: ImportParts, id: string | undefined): Promise<Result<Job, ImportCancelRefusal>> {
  return parts.db.tx<Result<Job, ImportCancelRefusal>>(async (tx) => {
    const job = await findOwnJob(tx, parts.viewer, id);
    if (!job) return err({ code: "IMPORT_NOT_FOUND" });
    const cancelled = await cancelJob(tx, job.id);
    if (!cancelled) return err({ code: "IMPORT_OVER", state: job.state });
    await audit(tx, { actor: parts.viewer, action: "importCancel", targetKind: "import", targetId: job.id, requestId: parts.requestId });
    return ok(cancelled);
  });
}

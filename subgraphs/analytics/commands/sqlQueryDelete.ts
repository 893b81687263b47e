import type { Viewer } from "#kit/viewer.ts";
import { decodeId } from "#schema/values/ids.ts";
import { err, type Result } from "#schema/values/result.ts";
import type { SaveRefusal, SavedQueries, SavedQuery } from "#warehouse/sql/gate.ts";

export type SqlQueryDeleteRefusal = Extract<SaveRefusal, { code: "SAVED_QUERY_NOT_FOUND" | "VERSION_CONFLICT" }>;

/** Throws a statement of the viewer's own away. */
export async function sqlQueryDelete(saved: SavedQueries, viewer: Viewer, id: string, expectedVersion: number | undefined): Promise<Result<SavedQuery, SqlQueryDeleteRefusal>> {
  const savedId = decodeId("sqs", id);
  return savedId === undefined ? err({ code: "SAVED_QUERY_NOT_FOUND" }) : saved.delete(viewer.userId as string, savedId, expectedVersion);
}

import { can, type Viewer } from "#kit/viewer.ts";
import { decodeId } from "#schema/values/ids.ts";
import { err, type Result } from "#schema/values/result.ts";
import type { SaveRefusal, SavedQueries, SavedQuery } from "#warehouse/sql/gate.ts";
import { type InvalidSavedQuery, savedQueryOf } from "../domain/savedQuery.ts";

export interface SqlQuerySaveInput {
  id?: string | null;
  name: string;
  description?: string | null;
  sql: string;
  isShared?: boolean | null;
  expectedVersion?: number | null;
}

export type SqlQuerySaveRefusal = SaveRefusal | InvalidSavedQuery;

/** Keeps a statement for the viewer. */
export async function sqlQuerySave(saved: SavedQueries, viewer: Viewer, input: SqlQuerySaveInput): Promise<Result<SavedQuery, SqlQuerySaveRefusal>> {
  const form = savedQueryOf({ name: input.name, description: input.description ?? null, sql: input.sql, isShared: input.isShared ?? false }, { mayShare: can(viewer, "sql.run") });
  if (!form.ok) return form;
  const savedId = input.id == null ? undefined : decodeId("sqs", input.id);
  if (input.id != null && savedId === undefined) return err({ code: "SAVED_QUERY_NOT_FOUND" });
  return saved.save(viewer.userId as string, { ...form.value, savedId, expectedVersion: input.expectedVersion ?? undefined });
}

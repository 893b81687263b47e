import { audit } from "#kit/audit.ts";
import type { PresignedPut } from "#platform/objects/store.ts";
import { uuidV7 } from "#schema/values/ids.ts";
import { err, ok, type Result } from "#schema/values/result.ts";
import type { CatalogContext } from "../../context.ts";
import { insertImportFile } from "../../queries/import/files.ts";
import { isInnerPath } from "#platform/tabular/mapping/innerPath.ts";

export const MAX_UPLOAD = 1_073_741_824;
const EXPIRES_SECONDS = 3_600;

export type ImportParts = Pick<CatalogContext, "db" | "clocks" | "viewer" | "objects" | "log" | "requestId" | "presets">;
export type ImportInputRefusal = { code: "INVALID_VALUE"; path: readonly string[]; message: string };

export function invalidInput(field: string, message: string): { ok: false; error: ImportInputRefusal } {
  return err({ code: "INVALID_VALUE", path: ["input", ...field.split(".")], message });
}

/** Makes a place for a file of an import and says where its bytes are to be put. */
export async function importUploadStart({ db, objects, viewer, requestId }: ImportParts, { name, size }: { name: string; size: number }): Promise<Result<{ id: string; put: PresignedPut }, ImportInputRefusal>> {
  if (!isInnerPath(name)) return invalidInput("name", "A file is named as its mapping names it: `stock.csv`, `links/related.csv`, at most 300 characters, without `..`.");
  if (size < 1 || size > MAX_UPLOAD) return invalidInput("size", `A file has 1 to ${MAX_UPLOAD} bytes: pack or split it.`);
  const id = uuidV7(new Date());
  const key = `imports/files/${id}`;
  await db.tx(async (tx) => {
    await insertImportFile(tx, { id, name, key, size }, viewer.userId as string);
    await audit(tx, { actor: viewer, action: "importUploadStart", targetKind: "importFile", targetId: id, requestId });
  });
  return ok({ id, put: await objects.presignPut(key, { contentType: "application/octet-stream", size, expiresSeconds: EXPIRES_SECONDS }) });
}

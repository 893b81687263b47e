import { audit } from "#kit/audit.ts";
import { can, type Viewer } from "#kit/viewer.ts";
import { uuidV7 } from "#schema/values/ids.ts";
import { err, ok, type Result } from "#schema/values/result.ts";
import type { Permission } from "#schema/permissions.ts";
import { type ImportFile, insertImportFile, listImportFiles } from "../../queries/import/files.ts";
import { countOpenJobs, insertJob } from "../../queries/import/jobs.ts";
import { type IdempotencyRefusal, once } from "../once.ts";
import { type ImportInputRefusal, type ImportParts, invalidInput } from "./importUploadStart.ts";
import { isInnerPath } from "#platform/tabular/mapping/innerPath.ts";
import { type MappingProblem } from "#platform/tabular/mapping/readYaml.ts";
import { readMapping } from "./readMapping.ts";

const MAX_OPEN = 5;
const MAX_FILES = 1_000;
/** A file that travels in the request itself. */
export const MAX_INLINE = 65_536;
const GRANTS: readonly Permission[] = ["catalog.import", "catalog.importTerms"];

export type JobScopeRefusal = ImportInputRefusal | { code: "TOO_MANY_IMPORTS"; limit: number };
export type ImportStartRefusal = JobScopeRefusal | IdempotencyRefusal | { code: "INVALID_MAPPING"; problems: readonly MappingProblem[] } | { code: "IMPORT_FILE_NOT_FOUND"; fileId: string };

export interface ImportStartInput {
  readonly mapping: string | undefined;
  readonly preset: string | undefined;
  /** Undefined for what is no id of a file. */
  readonly fileIds: readonly (string | undefined)[];
  readonly inline: readonly { readonly name: string; readonly text: string }[];
  /** UUID; null for what is no id of a vendor; undefined where none is given. */
  readonly vendorId: string | null | undefined;
  readonly dryRun: boolean;
  readonly onError: "SKIP" | "REJECT_ALL";
  readonly key: string;
}

/** What a job may touch: the whole catalogue, or the products of one vendor whom the viewer sells for. */
export function scopeOf(viewer: Viewer, vendorId: string | null | undefined): Result<{ vendorId: string | null; may: Permission[] }, ImportInputRefusal> {
  const may = GRANTS.filter((name) => can(viewer, name));
  const everything = may.includes("catalog.import");
  const noVendor = invalidInput("vendorId", "There is no such vendor whom you sell for.");
  if (everything && vendorId === undefined) return ok({ vendorId: null, may });
  if (vendorId === null) return noVendor;
  const own = vendorId ?? (viewer.vendorIds.length === 1 ? viewer.vendorIds[0] : undefined);
  if (own === undefined) return invalidInput("vendorId", viewer.vendorIds.length === 0 ? "You sell for no vendor." : "You sell for several vendors: say for which one.");
  if (!everything && !viewer.vendorIds.includes(own)) return noVendor;
  // Whoever names a vendor works for that vendor alone, whatever else they may do.
  return ok({ vendorId: own, may: may.filter((name) => name !== "catalog.import") });
}

/** Puts an import into the queue. */
export async function importStart(parts: ImportParts, input: ImportStartInput): Promise<Result<{ jobId: string }, ImportStartRefusal>> {
  const { viewer, db, objects } = parts;
  const scope = scopeOf(viewer, input.vendorId);
  if (!scope.ok) return scope;
  if ((input.mapping === undefined) === (input.preset === undefined)) return invalidInput("mapping", "Give exactly one of `mapping` and `preset`.");
  const text = input.mapping ?? parts.presets.get(input.preset ?? "");
  if (text === undefined) return invalidInput("preset", `There is no such preset; there are ${[...parts.presets.keys()].join(", ") || "none"}.`);
  const mapping = readMapping(text);
  if (!mapping.ok) return err({ code: "INVALID_MAPPING", problems: mapping.error });
  if (input.fileIds.length + input.inline.length === 0) return invalidInput("fileIds", "An import needs at least one file.");
  if (input.fileIds.length + input.inline.length > MAX_FILES) return invalidInput("fileIds", `An import has at most ${MAX_FILES} files.`);
  for (const [index, { name, text: content }] of input.inline.entries()) {
    if (!isInnerPath(name)) return invalidInput(`inlineFiles.${index}.name`, "A file is named as its mapping names it, without `..`.");
    if (Buffer.byteLength(content) > MAX_INLINE || !content.isWellFormed()) return invalidInput(`inlineFiles.${index}.text`, `A file in the request has at most ${MAX_INLINE} bytes of text: use \`importUploadStart\` for larger ones.`);
  }
  const ownerId = viewer.userId as string;
  const known = await listImportFiles(db, input.fileIds.filter((id) => id !== undefined), ownerId);
  const missing = input.fileIds.find((id) => id === undefined || !known.some((file) => file.id === id));
  if (missing !== undefined || input.fileIds.includes(undefined)) return err({ code: "IMPORT_FILE_NOT_FOUND", fileId: missing ?? "" });
  const { key, ...content } = input;
  const outcome = await once<{ jobId: string }, ImportStartRefusal>(parts, { operation: "importStart", key, content: { ...content, fileIds: content.fileIds.map(String) } }, async (tx) => {
    if ((await countOpenJobs(tx, ownerId)) >= MAX_OPEN) return err({ code: "TOO_MANY_IMPORTS", limit: MAX_OPEN });
    const stored: ImportFile[] = [...known];
    for (const { name, text: body } of input.inline) {
      const id = uuidV7(new Date());
      const file = { id, name, key: `imports/files/${id}`, size: Buffer.byteLength(body) };
      await insertImportFile(tx, file, ownerId);
      await objects.put(file.key, Buffer.from(body), { contentType: "application/octet-stream" });
      stored.push(file);
    }
    const names = new Set(stored.map(({ name }) => name));
    if (names.size < stored.length) return invalidInput("fileIds", "Two files have the same name.");
    const job = await insertJob(tx, {
      kind: "IMPORT", ownerId, ...scope.value, name: mapping.value.name, task: text, files: stored.map(({ name, key: at, size }) => ({ name, key: at, size })),
      isDryRun: input.dryRun, onError: input.onError, bytesTotal: bytesOf(stored),
    });
    await audit(tx, { actor: viewer, action: "importStart", targetKind: "import", targetId: job.id, details: { files: stored.length, dryRun: input.dryRun, vendorId: scope.value.vendorId }, requestId: parts.requestId });
    return ok({ jobId: job.id });
  });
  return outcome;
}

function bytesOf(files: readonly ImportFile[]): bigint {
  return files.reduce((sum, { size }) => sum + BigInt(size), 0n);
}

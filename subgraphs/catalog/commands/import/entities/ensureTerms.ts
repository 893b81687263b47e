import { audit } from "#kit/audit.ts";
import type { Tx } from "#platform/db/database.ts";
import { uuidV7 } from "#schema/values/ids.ts";
import { RowProblem } from "#schema/mapping/values.ts";
import { makeSlug } from "../../../domain/slug.ts";
import { findCategories, insertAttributeRows, insertCategoryRow, lockCategoryTree } from "../../../queries/import/terms.ts";
import type { ImportRun } from "../importRun.ts";

const MAX_DEPTH = 10;
const MAX_NAME = 200;

/** The attributes that the mapping names and the shop lacks; for whom they may be made. */
export async function ensureAttributes(tx: Tx, run: ImportRun): Promise<void> {
  const { attributes } = run.mapping;
  if (!run.rights.createTerms || attributes.size === 0) return;
  const made = await insertAttributeRows(tx, [...attributes].map(([code, rule]) => ({
    code, name: rule.name, type: rule.type, unit: rule.unit ?? null, filterable: rule.isFilterable, searchable: rule.isSearchable, variant: rule.isVariantOption,
  })));
  if (made > 0 && run.owner && !run.isDry) await audit(tx, { actor: run.owner, action: "importAttributesMade", targetKind: "import", targetId: run.reference, details: { made } });
}

/** The names in a path; `//` is a slash that belongs to a name. */
function partsOfPath(path: string): string[] {
  return path.replaceAll("//", "\0").split("/").map((part) => part.replaceAll("\0", "/").trim()).filter((part) => part !== "");
}

/** @throws RowProblem for paths that no tree of the shop has */
export function assertPaths(paths: readonly string[]): void {
  for (const parts of paths.map(partsOfPath)) {
    if (parts.length > MAX_DEPTH) throw new RowProblem("categories", `a path of categories has at most ${MAX_DEPTH} parts`);
    if (parts.some((part) => part.length > MAX_NAME)) throw new RowProblem("categories", `the name of a category has at most ${MAX_NAME} characters`);
  }
}

/** The ids of categories by their paths, `Men/Tops/Jackets`; those that are missing are made, or left out for whom they may not be. */
export async function ensureCategories(tx: Tx, run: ImportRun, paths: readonly string[]): Promise<Map<string, string | undefined>> {
  const wanted = [...new Set(paths)].map((path) => ({ path, parts: partsOfPath(path) }));
  const byPath = new Map<string, string | undefined>([["", undefined]]);
  const keyOf = (parts: readonly string[]) => parts.join("\0").toLowerCase();
  const deepest = Math.max(0, ...wanted.map(({ parts }) => parts.length));
  let made = 0;
  for (let depth = 1; depth <= deepest; depth += 1) {
    const level = new Map(wanted.filter(({ parts }) => parts.length >= depth).map(({ parts }) => [keyOf(parts.slice(0, depth)), parts.slice(0, depth)]));
    const asked = [...level].filter(([, parts]) => depth === 1 || byPath.get(keyOf(parts.slice(0, -1))) !== undefined);
    const request = () => asked.map(([, parts]) => ({ parentId: byPath.get(keyOf(parts.slice(0, -1))) ?? null, name: parts.at(-1) as string }));
    let found = await findCategories(tx, request());
    if (run.rights.createTerms && found.size < asked.length) {
      // Looked at once more under the lock: whoever was quicker has made them.
      await lockCategoryTree(tx);
      found = await findCategories(tx, request());
    }
    for (const [place, [key, parts]] of asked.entries()) {
      let id = found.get(place);
      if (id === undefined && run.rights.createTerms) {
        id = uuidV7(new Date());
        await insertCategoryRow(tx, id, makeSlug(parts.join(" "), id.slice(-12)), parts.at(-1) as string, byPath.get(keyOf(parts.slice(0, -1))) ?? null);
        made += 1;
      }
      byPath.set(key, id);
    }
  }
  if (made > 0 && run.owner && !run.isDry) await audit(tx, { actor: run.owner, action: "importCategoriesMade", targetKind: "import", targetId: run.reference, details: { made } });
  return new Map(wanted.map(({ path, parts }) => [path, byPath.get(keyOf(parts))]));
}

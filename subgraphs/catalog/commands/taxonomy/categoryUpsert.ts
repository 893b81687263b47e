import { auditAs } from "#kit/audit.ts";
import { err, ok, type Result } from "#schema/values/result.ts";
import type { InvalidValue } from "../../domain/draftRefusal.ts";
import { checkNamed, type NamedInput } from "../../domain/namedInput.ts";
import { MAX_DEPTH } from "../../domain/taxonomy.ts";
import { listCategoryPaths } from "../../queries/categories.ts";
import { tellProductsChanged } from "../../queries/productEvents.ts";
import { listProductsShowing } from "../../queries/writing/named.ts";
import { writeCategory } from "../../queries/writing/taxonomyRows.ts";
import type { CatalogParts } from "../once.ts";
import { type NamedRefusal, settleNamed } from "./settleNamed.ts";

export type CategoryUpsertRefusal = InvalidValue | NamedRefusal<"CATEGORY"> | { code: "CATEGORY_TOO_DEEP"; path: readonly string[] };

/** Makes a category, below `parentId` where that is given, or changes one where it hangs; answers its UUID. */
export async function categoryUpsert(parts: CatalogParts, input: NamedInput & { parentId: string | null }): Promise<Result<string, CategoryUpsertRefusal>> {
  const wrong = checkNamed(input);
  if (wrong) return err(wrong);
  return parts.db.tx<Result<string, CategoryUpsertRefusal>>(async (tx) => {
    const at = parts.clocks.business.now();
    const settled = await settleNamed(tx, "CATEGORY", input, at);
    if (!settled.ok) return settled;
    const { known, slug, name } = settled.value;
    if (!known && input.parentId !== null) {
      const [path] = await listCategoryPaths(tx, [input.parentId]);
      if (!path) return err({ code: "CATEGORY_NOT_FOUND", path: ["parentId"] });
      if (path.categories.length >= MAX_DEPTH) return err({ code: "CATEGORY_TOO_DEEP", path: ["parentId"] });
    }
    const id = await writeCategory(tx, known?.id, { slug, name, description: input.description, parentId: input.parentId, position: input.position });
    if (known && (known.name !== name || known.slug !== slug)) await tellProductsChanged(tx, await listProductsShowing(tx, "CATEGORY", id), "UPDATED", at);
    await auditAs(tx, parts, "categoryUpsert", "category", id, { isNew: known === undefined, slug });
    return ok(id);
  }, { retries: 3 });
}

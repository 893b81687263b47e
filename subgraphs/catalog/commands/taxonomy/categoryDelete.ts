import { auditAs } from "#kit/audit.ts";
import { err, ok, type Result } from "#schema/values/result.ts";
import { decidePlace, type PlaceRefusal } from "../../domain/categoryTree.ts";
import { listCategoryPaths } from "../../queries/categories.ts";
import { tellProductsChanged } from "../../queries/productEvents.ts";
import { listProductsShowing, lockKind, lockNamed } from "../../queries/writing/named.ts";
import { contentsOfCategory, deleteCategory, emptyCategory, heightOfCategory, seizeCategoryRow } from "../../queries/writing/taxonomyRows.ts";
import type { CatalogParts } from "../once.ts";
import type { NamedRefusal } from "./settleNamed.ts";

export type CategoryDeleteRefusal = Exclude<NamedRefusal<"CATEGORY">, { code: "SLUG_TAKEN" }> | PlaceRefusal | { code: "CATEGORY_IN_USE"; path: readonly string[]; children: number; products: number };

export interface CategoryDeleteInput {
  readonly id: string;
  readonly moveTo: string | undefined;
  readonly expectedVersion: number | undefined;
}

/** Takes a category away, after handing over what it holds. */
export async function categoryDelete(parts: CatalogParts, { id, moveTo, expectedVersion }: CategoryDeleteInput): Promise<Result<string, CategoryDeleteRefusal>> {
  return parts.db.tx<Result<string, CategoryDeleteRefusal>>(async (tx) => {
    await lockKind(tx, "CATEGORY");
    const known = await lockNamed(tx, "CATEGORY", id);
    if (!known) return err({ code: "CATEGORY_NOT_FOUND", path: ["id"] });
    if (expectedVersion !== undefined && expectedVersion !== known.version) return err({ code: "VERSION_CONFLICT", path: ["expectedVersion"], expected: expectedVersion, actual: known.version });
    const at = parts.clocks.business.now();
    await seizeCategoryRow(tx, id);
    const { children, products } = await contentsOfCategory(tx, id);
    if (children + products > 0) {
      if (moveTo === undefined) return err({ code: "CATEGORY_IN_USE", path: ["moveTo"], children, products });
      const [path] = await listCategoryPaths(tx, [moveTo]);
      if (!path) return err({ code: "CATEGORY_NOT_FOUND", path: ["moveTo"] });
      // What hangs below it rises by one level before it is hung elsewhere.
      const refusal = decidePlace({ id, height: (await heightOfCategory(tx, id)) - 1, parents: path.categories.map((category) => category.id), path: ["moveTo"] });
      if (refusal) return err(refusal);
      await tellProductsChanged(tx, await listProductsShowing(tx, "CATEGORY", id), "UPDATED", at);
      await emptyCategory(tx, id, moveTo, at);
    }
    await deleteCategory(tx, id);
    await auditAs(tx, parts, "categoryDelete", "category", id, { slug: known.slug, children, products, moveTo });
    return ok(id);
  }, { retries: 3 });
}

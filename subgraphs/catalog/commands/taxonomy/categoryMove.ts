import { auditAs } from "#kit/audit.ts";
import { err, ok, type Result } from "#schema/values/result.ts";
import type { InvalidValue } from "../../domain/draftRefusal.ts";
import { checkPlace } from "../../domain/namedInput.ts";
import { decidePlace, type PlaceRefusal } from "../../domain/categoryTree.ts";
import { listCategoryPaths } from "../../queries/categories.ts";
import { tellProductsChanged } from "../../queries/productEvents.ts";
import { listProductsShowing, lockKind, lockNamed } from "../../queries/writing/named.ts";
import { hangCategory, heightOfCategory } from "../../queries/writing/taxonomyRows.ts";
import type { CatalogParts } from "../once.ts";
import type { NamedRefusal } from "./settleNamed.ts";

export type CategoryMoveRefusal = InvalidValue | Exclude<NamedRefusal<"CATEGORY">, { code: "SLUG_TAKEN" }> | PlaceRefusal;

export interface CategoryMoveInput {
  readonly id: string;
  readonly parentId: string | null;
  readonly position: number | undefined;
  readonly expectedVersion: number | undefined;
}

/** Hangs a category below another one. Whoever changes the tree does so alone: two moves at once cannot make a circle of it. */
export async function categoryMove(parts: CatalogParts, { id, parentId, position, expectedVersion }: CategoryMoveInput): Promise<Result<string, CategoryMoveRefusal>> {
  const wrong = position === undefined ? undefined : checkPlace(position);
  if (wrong) return err(wrong);
  return parts.db.tx<Result<string, CategoryMoveRefusal>>(async (tx) => {
    await lockKind(tx, "CATEGORY");
    const known = await lockNamed(tx, "CATEGORY", id);
    if (!known) return err({ code: "CATEGORY_NOT_FOUND", path: ["id"] });
    if (expectedVersion !== undefined && expectedVersion !== known.version) return err({ code: "VERSION_CONFLICT", path: ["expectedVersion"], expected: expectedVersion, actual: known.version });
    const [path] = parentId === null ? [] : await listCategoryPaths(tx, [parentId]);
    if (parentId !== null && !path) return err({ code: "CATEGORY_NOT_FOUND", path: ["parentId"] });
    const refusal = decidePlace({ id, height: await heightOfCategory(tx, id), parents: (path?.categories ?? []).map((category) => category.id), path: ["parentId"] });
    if (refusal) return err(refusal);
    await hangCategory(tx, id, parentId, position);
    await tellProductsChanged(tx, await listProductsShowing(tx, "CATEGORY", id), "UPDATED", parts.clocks.business.now());
    await auditAs(tx, parts, "categoryMove", "category", id, { parentId });
    return ok(id);
  }, { retries: 3 });
}

import { auditAs } from "#kit/audit.ts";
import { can } from "#kit/viewer.ts";
import type { Tx } from "#platform/db/database.ts";
import { err, ok, type Result } from "#schema/values/result.ts";
import type { DraftRefusal } from "../../domain/draftRefusal.ts";
import type { ProductDraft } from "../../domain/productInput.ts";
import type { CatalogParts } from "../once.ts";
import { rightsOf } from "./rightsOf.ts";
import { type WrittenProduct, writeProducts } from "./writeProducts.ts";

/** Writes one product in the caller's transaction, and who did it by a privilege. Answers the first of the refusals. */
export async function writeProduct(tx: Tx, parts: CatalogParts, action: string, draft: ProductDraft): Promise<Result<WrittenProduct, DraftRefusal>> {
  const { viewer, clocks } = parts;
  const [outcome] = await writeProducts(tx, [draft], { rights: rightsOf(viewer), at: clocks.business.now() });
  if (!outcome) throw new Error("a draft was not answered");
  if (!outcome.ok) return err(outcome.error[0] as DraftRefusal);
  // What sellers write of their own is no privileged act; when it goes on sale and leaves is.
  if (can(viewer, "catalog.write") || draft.status !== undefined || draft.publishAt !== undefined || draft.unpublishAt !== undefined) {
    const fields = Object.keys(draft).filter((field) => draft[field as keyof ProductDraft] !== undefined && field !== "id");
    await auditAs(tx, parts, action, "product", outcome.value.productId, { change: outcome.value.change, fields, status: draft.status });
  }
  return ok(outcome.value);
}

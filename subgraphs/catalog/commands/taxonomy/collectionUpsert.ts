import { auditAs } from "#kit/audit.ts";
import { can } from "#kit/viewer.ts";
import { err, ok, type Result } from "#schema/values/result.ts";
import type { InvalidValue } from "../../domain/draftRefusal.ts";
import { checkNamed, type NamedInput } from "../../domain/namedInput.ts";
import { mayChange } from "../../domain/productDetails.ts";
import { listKnownVendors } from "../../queries/writing/knownProducts.ts";
import { findVendorOfCollection, writeCollection } from "../../queries/writing/taxonomyRows.ts";
import type { CatalogParts } from "../once.ts";
import { ownerOf } from "../product/rightsOf.ts";
import { type NamedRefusal, settleNamed } from "./settleNamed.ts";

export type CollectionUpsertRefusal = InvalidValue | NamedRefusal<"COLLECTION"> | { code: "SELLER_NOT_FOUND"; path: readonly string[] };

/** Makes a collection or changes one; answers its UUID. A vendor's stays theirs. */
export async function collectionUpsert(parts: CatalogParts, input: NamedInput & { vendorId: string | null | undefined; isPublished: boolean | undefined }): Promise<Result<string, CollectionUpsertRefusal>> {
  const { viewer } = parts;
  const wrong = checkNamed(input);
  if (wrong) return err(wrong);
  return parts.db.tx<Result<string, CollectionUpsertRefusal>>(async (tx) => {
    const at = parts.clocks.business.now();
    const owner = input.id === undefined ? undefined : await findVendorOfCollection(tx, input.id);
    if (input.id !== undefined && (!owner || !mayChange(owner.vendorId, viewer))) return err({ code: "COLLECTION_NOT_FOUND", path: ["id"] });
    const vendorId = owner ? owner.vendorId : ownerOf(viewer, input.vendorId);
    if (!owner && (!mayChange(vendorId ?? null, viewer) || (vendorId != null && !(await listKnownVendors(tx, [vendorId])).has(vendorId)))) return err({ code: "SELLER_NOT_FOUND", path: ["vendorId"] });
    const settled = await settleNamed(tx, "COLLECTION", input, at);
    if (!settled.ok) return settled;
    const { known, slug, name } = settled.value;
    const id = await writeCollection(tx, known?.id, { slug, name, description: input.description, vendorId: vendorId ?? null, isPublished: input.isPublished }, at);
    if (can(viewer, "catalog.write")) await auditAs(tx, parts, "collectionUpsert", "collection", id, { isNew: known === undefined, slug, isPublished: input.isPublished });
    return ok(id);
  }, { retries: 3 });
}

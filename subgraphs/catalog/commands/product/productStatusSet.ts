import { err, type Result } from "#schema/values/result.ts";
import { mayChange } from "../../domain/productDetails.ts";
import type { DraftRefusal } from "../../domain/draftRefusal.ts";
import { decideStatus, type StatusAction, type StatusRefusal } from "../../domain/publishing.ts";
import { lockKnownProducts } from "../../queries/writing/knownProducts.ts";
import type { CatalogParts } from "../once.ts";
import { writeProduct } from "./writeProduct.ts";
import type { WrittenProduct } from "./writeProducts.ts";

const MUTATIONS: Readonly<Record<StatusAction, string>> = { PUBLISH: "productPublish", UNPUBLISH: "productUnpublish", ARCHIVE: "productArchive", RESTORE: "productRestore" };

export interface StatusChange {
  /** UUID. */
  readonly id: string;
  readonly action: StatusAction;
  readonly at?: Date | undefined;
  readonly expectedVersion: number | undefined;
}

/** Puts a product on sale, takes it off, archives it or takes it out of the archive; on sale and off also later. */
export function productStatusSet(parts: CatalogParts, { id, action, at, expectedVersion }: StatusChange): Promise<Result<WrittenProduct, DraftRefusal | StatusRefusal>> {
  return parts.db.tx<Result<WrittenProduct, DraftRefusal | StatusRefusal>>(async (tx) => {
    const [product] = await lockKnownProducts(tx, [id], []);
    if (!product || !mayChange(product.vendorId, parts.viewer)) return err({ code: "PRODUCT_NOT_FOUND", path: ["id"] });
    if (expectedVersion !== undefined && expectedVersion !== product.version) return err({ code: "VERSION_CONFLICT", path: ["expectedVersion"], expected: expectedVersion, actual: product.version });
    const change = decideStatus(action, product, { at, now: parts.clocks.business.now() });
    if (!change.ok) return change;
    return writeProduct(tx, parts, MUTATIONS[action], { id, ...change.value, status: change.value.status ?? product.status });
  }, { retries: 3 });
}

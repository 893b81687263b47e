import { err, ok, type Result } from "#schema/values/result.ts";
import { audit } from "#kit/audit.ts";
import { can, type Viewer } from "#kit/viewer.ts";
import { toDecimal } from "#schema/values/money.ts";
import type { Tx } from "#platform/db/database.ts";
import { invalid, type InvalidValue } from "../../domain/priceInput.ts";
import type { PriceList } from "../../domain/priceList.ts";
import { findPriceListByCode } from "../../queries/priceLists.ts";
import { type LockedVariant, lockVariantsForPrices } from "../../queries/priceTimeline.ts";
import type { CatalogParts } from "../once.ts";
import type { ChangedPrice } from "./changePrices.ts";

export interface PriceParts extends CatalogParts {
  readonly requestId?: string;
}

export type KeyRefusal = { code: "VARIANT_NOT_FOUND" } | { code: "PRICE_LIST_NOT_FOUND" } | InvalidValue;

/** Whether prices of the vendor's products, or of the shop's own, are the viewer's to change. */
export function mayPrice(vendorId: string | null, viewer: Viewer): boolean {
  return can(viewer, "prices.write") || (vendorId !== null && can(viewer, "catalog.writeOwn") && viewer.vendorIds.includes(vendorId));
}

/** Locks the variant, if its prices are the viewer's to change: another vendor's is not there for them. */
export async function lockPricedVariant(tx: Tx, { viewer }: PriceParts, variantId: string | undefined): Promise<LockedVariant | undefined> {
  const [variant] = variantId === undefined ? [] : await lockVariantsForPrices(tx, [variantId]);
  return variant && mayPrice(variant.vendorId, viewer) ? variant : undefined;
}

/** The list that was named, null for the base prices. A price is in the currency of its list. */
export async function namedList(tx: Tx, code: string | null, currency: string): Promise<Result<PriceList | null, KeyRefusal>> {
  if (code === null) return ok(null);
  const list = await findPriceListByCode(tx, code);
  if (!list) return err({ code: "PRICE_LIST_NOT_FOUND" });
  return list.currency === currency ? ok(list) : invalid("currency", `The prices of this list are in ${list.currency}.`);
}

/** Who changed which price: of one's own products too, since it is money. */
export async function auditPrice(tx: Tx, { viewer, requestId }: PriceParts, action: string, { key, price, isChanged }: ChangedPrice): Promise<void> {
  if (!isChanged) return;
  await audit(tx, {
    actor: viewer, action, targetKind: "variant", targetId: key.variantId, requestId,
    details: {
      priceId: price.id, priceListId: key.listId, currency: key.currency, amount: toDecimal(price.amount), compareAt: price.compareAt && toDecimal(price.compareAt),
      validFrom: price.validFrom.toISOString(), validTo: price.validTo?.toISOString(),
    },
  });
}

import { err, ok, type Result } from "#schema/values/result.ts";
import type { CurrentPrice } from "../../domain/price.ts";
import { findPriceKey } from "../../queries/priceHistory.ts";
import type { PriceKey } from "../../queries/priceTimeline.ts";
import { actorOf } from "../once.ts";
import { type ChangedPrice, changePrices } from "./changePrices.ts";
import { auditPrice, lockPricedVariant, type PriceParts } from "./keptPrice.ts";

export type PriceCancelRefusal = { code: "PRICE_NOT_FOUND" } | { code: "PRICE_IN_FORCE"; key: PriceKey; price: CurrentPrice };

/** Takes a planned price back before it begins; what it would have replaced goes on. Undefined where the id names no price at all. */
export async function priceCancel(parts: PriceParts, priceId: string | undefined): Promise<Result<ChangedPrice, PriceCancelRefusal>> {
  if (priceId === undefined) return err({ code: "PRICE_NOT_FOUND" });
  return parts.db.tx<Result<ChangedPrice, PriceCancelRefusal>>(async (tx) => {
    const key = await findPriceKey(tx, priceId);
    const variant = await lockPricedVariant(tx, parts, key?.variantId);
    if (!key || !variant) return err({ code: "PRICE_NOT_FOUND" });
    const changed = await changePrices(tx, [{ key, productId: variant.productId, change: { kind: "CANCEL", priceId } }], actorOf(parts.viewer));
    if (!changed.ok) {
      if (changed.error.code === "PRICE_OVERLAP") throw new Error("a price that goes overlaps nothing");
      return changed.error.code === "PRICE_IN_FORCE" ? err({ code: "PRICE_IN_FORCE", key, price: changed.error.price }) : err({ code: "PRICE_NOT_FOUND" });
    }
    const [price] = changed.value as [ChangedPrice];
    await auditPrice(tx, parts, "priceCancel", price);
    return ok(price);
  }, { retries: 3 });
}

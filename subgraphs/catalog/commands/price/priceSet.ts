import { err, ok, type Result } from "#schema/values/result.ts";
import { isListCode, readContent } from "../../domain/priceInput.ts";
import { actorOf } from "../once.ts";
import { type ChangedPrice, changePrices } from "./changePrices.ts";
import { auditPrice, type KeyRefusal, lockPricedVariant, namedList, type PriceParts } from "./keptPrice.ts";

export interface PriceSetInput {
  /** Undefined where the id names no variant at all. */
  readonly variantId: string | undefined;
  readonly currency: string;
  /** Code of a price list; null for the base price. */
  readonly list: string | null;
  readonly amount: string;
  readonly compareAt: string | null;
}

/** Sets what a variant costs from now on. A price with an end that holds now ends; planned ones stay. The same price again changes nothing. */
export async function priceSet(parts: PriceParts, input: PriceSetInput): Promise<Result<ChangedPrice, KeyRefusal>> {
  const content = readContent(input, input.currency);
  if (!content.ok) return content;
  if (input.list !== null && !isListCode(input.list)) return err({ code: "PRICE_LIST_NOT_FOUND" });
  return parts.db.tx<Result<ChangedPrice, KeyRefusal>>(async (tx) => {
    const variant = await lockPricedVariant(tx, parts, input.variantId);
    if (!variant) return err({ code: "VARIANT_NOT_FOUND" });
    const list = await namedList(tx, input.list, input.currency);
    if (!list.ok) return list;
    const key = { variantId: variant.id, currency: input.currency, listId: list.value?.id ?? null };
    const changed = await changePrices(tx, [{ key, productId: variant.productId, change: { kind: "SET", ...content.value } }], actorOf(parts.viewer));
    const [price] = changed.ok ? changed.value : [];
    if (!price) throw new Error("a price that is set overlaps nothing");
    await auditPrice(tx, parts, "priceSet", price);
    return ok(price);
  }, { retries: 3 });
}

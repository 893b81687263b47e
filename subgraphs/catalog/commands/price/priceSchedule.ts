import { err, ok, type Result } from "#schema/values/result.ts";
import { isListCode, MAX_PLANNED, readContent, readPeriod } from "../../domain/priceInput.ts";
import type { CurrentPrice, PriceState } from "../../domain/price.ts";
import { countPlannedPrices } from "../../queries/priceHistory.ts";
import { type PriceKey, readPriceTime } from "../../queries/priceTimeline.ts";
import { actorOf } from "../once.ts";
import { type ChangedPrice, changePrices } from "./changePrices.ts";
import { auditPrice, type KeyRefusal, lockPricedVariant, namedList, type PriceParts } from "./keptPrice.ts";
import type { PriceSetInput } from "./priceSet.ts";

export type PriceScheduleRefusal = KeyRefusal | { code: "PRICE_OVERLAP"; key: PriceKey; price: CurrentPrice; state: PriceState } | { code: "TOO_MANY_PLANNED_PRICES" };

export interface PriceScheduleInput extends PriceSetInput {
  /** Business time. */
  readonly validFrom: Date;
  /** Null: until the next price without an end. */
  readonly validTo: Date | null;
}

/** Plans a price. It begins and ends by itself; nobody has to be there. */
export async function priceSchedule(parts: PriceParts, input: PriceScheduleInput): Promise<Result<ChangedPrice, PriceScheduleRefusal>> {
  const content = readContent(input, input.currency);
  if (!content.ok) return content;
  if (input.list !== null && !isListCode(input.list)) return err({ code: "PRICE_LIST_NOT_FOUND" });
  return parts.db.tx<Result<ChangedPrice, PriceScheduleRefusal>>(async (tx) => {
    const variant = await lockPricedVariant(tx, parts, input.variantId);
    if (!variant) return err({ code: "VARIANT_NOT_FOUND" });
    const list = await namedList(tx, input.list, input.currency);
    if (!list.ok) return list;
    const period = readPeriod(input, await readPriceTime(tx));
    if (!period.ok) return period;
    const key = { variantId: variant.id, currency: input.currency, listId: list.value?.id ?? null };
    if ((await countPlannedPrices(tx, key)) >= MAX_PLANNED) return err({ code: "TOO_MANY_PLANNED_PRICES" });
    const changed = await changePrices(tx, [{ key, productId: variant.productId, change: { kind: "SCHEDULE", ...content.value, ...period.value } }], actorOf(parts.viewer));
    if (!changed.ok) {
      if (changed.error.code !== "PRICE_OVERLAP") throw new Error(`a price that is planned is refused with ${changed.error.code}`);
      return err({ code: "PRICE_OVERLAP", key, price: changed.error.price, state: changed.error.state });
    }
    const [price] = changed.value as [ChangedPrice];
    await auditPrice(tx, parts, "priceSchedule", price);
    return ok(price);
  }, { retries: 3 });
}

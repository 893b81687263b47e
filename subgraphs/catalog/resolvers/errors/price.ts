import type { Renderers } from "#kit/userError.ts";
import type { KeyRefusal } from "../../commands/price/keptPrice.ts";
import type { PriceCancelRefusal } from "../../commands/price/priceCancel.ts";
import { MAX_PRICE_LISTS, type PriceListUpsertRefusal } from "../../commands/price/priceListUpsert.ts";
import type { PriceScheduleRefusal } from "../../commands/price/priceSchedule.ts";
import { type InvalidValue, MAX_PLANNED } from "../../domain/priceInput.ts";
import type { PriceKey } from "../../queries/priceTimeline.ts";
import type { CurrentPrice, PriceState } from "../../domain/price.ts";

const invalidValue: Renderers<InvalidValue> = { INVALID_VALUE: ({ message, path }) => ({ message, path }) };

/** How the refusals of one call name the variant: as the caller did. */
export const priceSetErrors = (variantId: string): Renderers<KeyRefusal> => ({
  ...invalidValue,
  VARIANT_NOT_FOUND: () => ({ message: "There is no such variant whose prices are yours to change.", path: ["input", "variantId"], fields: { variantId } }),
  PRICE_LIST_NOT_FOUND: () => ({ message: "There is no price list with this code.", path: ["input", "list"] }),
});

const timeOf = ({ validFrom, validTo }: CurrentPrice): string => (validTo ? `from ${validFrom.toISOString()} to ${validTo.toISOString()}` : `from ${validFrom.toISOString()} on`);

const recordOf = (price: CurrentPrice, { variantId, listId }: PriceKey, state: PriceState) => ({ ...price, variantId, listId, state });

export const priceScheduleErrors = (variantId: string): Renderers<PriceScheduleRefusal> => ({
  ...priceSetErrors(variantId),
  PRICE_OVERLAP: ({ key, price, state }) => ({ message: `Another price is planned ${timeOf(price)}: choose another time, or cancel that one first.`, path: ["input", "validFrom"], fields: { price: recordOf(price, key, state) } }),
  TOO_MANY_PLANNED_PRICES: () => ({ message: `At most ${MAX_PLANNED} prices of a variant wait for their time: cancel some first.`, path: ["input"], fields: { limit: MAX_PLANNED } }),
});

export const priceCancelErrors: Renderers<PriceCancelRefusal> = {
  PRICE_NOT_FOUND: () => ({ message: "There is no such planned price that is yours to change.", path: ["input", "priceId"] }),
  PRICE_IN_FORCE: ({ key, price }) => ({ message: "The price has begun: set another one with `priceSet` instead.", path: ["input", "priceId"], fields: { price: recordOf(price, key, "IN_FORCE") } }),
};

export const priceListErrors: Renderers<PriceListUpsertRefusal> = {
  ...invalidValue,
  VERSION_CONFLICT: ({ expected, actual }) => ({ message: "The list was changed since it was read: read it again.", path: ["input", "expectedVersion"], fields: { expected, actual } }),
  TOO_MANY_PRICE_LISTS: () => ({ message: `A shop has at most ${MAX_PRICE_LISTS} price lists.`, path: ["input", "code"], fields: { limit: MAX_PRICE_LISTS } }),
};

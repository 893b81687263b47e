import type { Renderers } from "#kit/userError.ts";
import type { IncomingSetRefusal } from "../../commands/incomingSet.ts";
import type { InventoryAdjustRefusal } from "../../commands/inventoryAdjust.ts";
import type { InventoryReceiveRefusal } from "../../commands/inventoryReceive.ts";
import type { InventoryTransferRefusal } from "../../commands/inventoryTransfer.ts";
import type { LowStockThresholdSetRefusal } from "../../commands/lowStockThresholdSet.ts";
import type { IdempotencyRefusal } from "../../commands/once.ts";
import type { PlaceRefusal } from "../../commands/stockOf.ts";
import type { WarehouseUpsertRefusal } from "../../commands/warehouseUpsert.ts";
import { type AdjustRefusal, type Level, MAX_WAREHOUSES, type QuantityRefusal, type TextRefusal } from "../../domain/inventory.ts";

const KEY = ["input", "idempotencyKey"];

export const keyErrors: Renderers<IdempotencyRefusal> = {
  INVALID_IDEMPOTENCY_KEY: () => ({ message: "The idempotency key must have 1 to 200 printable ASCII characters without spaces: a UUID does.", path: KEY }),
  IDEMPOTENCY_CONFLICT: () => ({ message: "This idempotency key was used before with other content: take a new key.", path: KEY }),
  REQUEST_IN_PROGRESS: ({ retryAfterSeconds }) => ({
    message: `A call for this is still running: repeat it in ${retryAfterSeconds} seconds for its answer.`, path: KEY, fields: { retryAfterSeconds },
  }),
};

const quantityErrors: Renderers<QuantityRefusal> = {
  INVALID_STOCK_QUANTITY: ({ field, min, max }) => ({
    message: `A number of units must be between ${min} and ${max}, and so must what it leaves on hand be at most ${max}.`, path: ["input", field], fields: { min, max },
  }),
};

const textErrors: Renderers<TextRefusal> = {
  INVALID_STOCK_TEXT: ({ field, maxLength }) => ({ message: `Write 1 to ${maxLength} characters of plain text.`, path: ["input", field], fields: { maxLength } }),
};

/** How the refusals of one call name the variant: as the caller did. */
const placeErrors = (variantId: string): Renderers<PlaceRefusal> => ({
  VARIANT_NOT_FOUND: () => ({ message: "There is no such variant whose stock you keep.", path: ["input", "variantId"], fields: { variantId } }),
  WAREHOUSE_NOT_FOUND: ({ field }) => ({ message: "There is no such warehouse: `warehouses` lists them.", path: ["input", field] }),
});

const held = ({ level }: { level: Level }) => ({
  message: `${level.onHand - level.reserved} of ${level.onHand} units are free to leave; ${level.reserved} are held for purchases under way.`, fields: { level },
});

const WHY: Readonly<Record<Extract<AdjustRefusal, { code: "INVALID_ADJUSTMENT" }>["why"], { message: string; path: readonly string[] }>> = {
  NOT_ONE_OF_TWO: { message: "Give exactly one of `delta` and `setTo`.", path: ["input"] },
  NOTHING: { message: "A difference of 0 changes nothing: give another one, or `setTo`.", path: ["input", "delta"] },
  WRONG_DIRECTION: { message: "What was written off or given away goes (below 0), what was found comes (above 0): use ADJUSTMENT for a correction.", path: ["input", "kind"] },
};

export const adjustErrors = (variantId: string): Renderers<InventoryAdjustRefusal> => ({
  ...keyErrors, ...quantityErrors, ...textErrors, ...placeErrors(variantId),
  INVALID_ADJUSTMENT: ({ why }) => WHY[why],
  STOCK_CHANGED: ({ level }) => ({ message: `There are ${level.onHand} units on hand now: look again and decide anew.`, path: ["input", "changeFrom"], fields: { level } }),
  STOCK_HELD: held,
});

export const receiveErrors = (variantId: string): Renderers<InventoryReceiveRefusal> => ({ ...keyErrors, ...quantityErrors, ...textErrors, ...placeErrors(variantId) });

export const incomingErrors = (variantId: string): Renderers<IncomingSetRefusal> => ({ ...quantityErrors, ...placeErrors(variantId) });

export const transferErrors = (variantId: string): Renderers<InventoryTransferRefusal> => ({
  ...keyErrors, ...quantityErrors, ...textErrors, ...placeErrors(variantId),
  SAME_WAREHOUSE: () => ({ message: "The units stand there already: name another warehouse.", path: ["input", "toWarehouseId"] }),
  STOCK_HELD: (refusal) => ({ ...held(refusal), path: ["input", "quantity"] }),
});

export const thresholdErrors = (variantId: string): Renderers<LowStockThresholdSetRefusal> => ({ ...quantityErrors, VARIANT_NOT_FOUND: placeErrors(variantId).VARIANT_NOT_FOUND });

const FIELDS = {
  code: "A code has 1 to 30 capitals, digits, `-` and `_`, beginning with a capital or digit.",
  name: "A name has 1 to 200 characters; a new warehouse needs one.",
  priority: "A priority is a number from 0 to 10000.",
} as const;

export const warehouseErrors: Renderers<WarehouseUpsertRefusal> = {
  INVALID_WAREHOUSE: ({ field }) => ({ message: FIELDS[field], path: ["input", field] }),
  DEFAULT_WAREHOUSE_NEEDED: () => ({ message: "This is the default warehouse: make another one the default instead.", path: ["input", "isDefault"] }),
  TOO_MANY_WAREHOUSES: () => ({ message: `A shop has at most ${MAX_WAREHOUSES} warehouses.`, path: ["input", "code"], fields: { limit: MAX_WAREHOUSES } }),
};


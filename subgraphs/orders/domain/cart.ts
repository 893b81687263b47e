import { err, ok, type Result } from "#schema/values/result.ts";
import { type Money, roundToCurrency, sum, times } from "#schema/values/money.ts";
import { seesEveryone, type Viewer } from "#kit/viewer.ts";

/** Currencies the shop has prices in. */
export const CURRENCIES: ReadonlySet<string> = new Set(["GBP"]);
export const MAX_LINES = 100;
export const MAX_QUANTITY = 100_000;

export interface Cart {
  /** UUID. */
  readonly id: string;
  /** UUID, or null for a guest's cart. */
  readonly userId: string | null;
  readonly currency: string;
  readonly countryCode: string | null;
  readonly state: "OPEN" | "ORDERED";
  readonly updatedAt: Date;
}

export interface CartLine {
  readonly cartId: string;
  readonly variantId: string;
  readonly quantity: bigint;
}

/** A variant on sale at its current price. */
export interface SellableVariant {
  readonly variantId: string;
  readonly productId: string;
  readonly sku: string;
  readonly name: string;
  readonly price: Money;
}

/** A guest's cart belongs to whoever holds its id, which cannot be guessed; a person's cart to that person. */
export function maySeeCart(cart: Pick<Cart, "userId">, viewer: Viewer): boolean {
  return cart.userId === null || cart.userId === viewer.userId || seesEveryone(viewer);
}

/** Only the owner changes or buys a cart. */
export function mayUseCart(cart: Pick<Cart, "userId">, viewer: Viewer): boolean {
  return cart.userId === null || cart.userId === viewer.userId;
}

/** A line as it was asked for; `variantId` is undefined where the id names no variant at all. */
export interface WantedLine {
  readonly apiId: string;
  readonly variantId: string | undefined;
  readonly quantity: number;
}

export type LinesRefusal =
  | { code: "TOO_MANY_LINES" }
  | { code: "DUPLICATE_LINE"; variantId: string; index: number }
  | { code: "INVALID_QUANTITY"; variantId: string; quantity: number; index: number }
  | { code: "VARIANT_NOT_FOUND"; variantId: string; index: number };

export interface LineChange {
  readonly variantId: string;
  /** 0 takes the variant out. */
  readonly quantity: number;
}

/** Which lines a cart gets, from the lines it has, the lines asked for and the variants on sale. */
export function decideLines(have: readonly CartLine[], wanted: readonly WantedLine[], sellable: ReadonlySet<string>): Result<LineChange[], LinesRefusal> {
  if (wanted.length === 0 || wanted.length > MAX_LINES) return err({ code: "TOO_MANY_LINES" });
  const left = new Set(have.map((line) => line.variantId));
  const changes = new Map<string, number>();
  for (const [index, { apiId, variantId, quantity }] of wanted.entries()) {
    if (quantity < 0 || quantity > MAX_QUANTITY) return err({ code: "INVALID_QUANTITY", variantId: apiId, quantity, index });
    // What is not sold any more can still be taken out.
    if (variantId === undefined || (!sellable.has(variantId) && !(quantity === 0 && left.has(variantId)))) {
      return err({ code: "VARIANT_NOT_FOUND", variantId: apiId, index });
    }
    if (changes.has(variantId)) return err({ code: "DUPLICATE_LINE", variantId: apiId, index });
    changes.set(variantId, quantity);
  }
  for (const [variantId, quantity] of changes) {
    if (quantity === 0) left.delete(variantId);
    else left.add(variantId);
  }
  if (left.size > MAX_LINES) return err({ code: "TOO_MANY_LINES" });
  return ok([...changes].map(([variantId, quantity]) => ({ variantId, quantity })));
}

/** What the lines come to: exact amounts added up, rounded once to the currency. */
export function totalOf(lines: readonly { quantity: bigint; price: Money }[], currency: string): Money {
  return roundToCurrency(sum(lines.map((line) => times(line.price, line.quantity)), currency));
}

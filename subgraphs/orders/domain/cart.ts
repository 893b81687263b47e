import { err, ok, type Result } from "#schema/values/result.ts";
import { type Money, roundToCurrency, sum, times } from "#schema/values/money.ts";
import { can, type Viewer } from "#kit/viewer.ts";

/** Currencies the shop has prices in. */
export const CURRENCIES: ReadonlySet<string> = new Set(["GBP"]);
export const MAX_LINES = 100;
export const MAX_QUANTITY = 100_000;

export const MAX_NOTE = 500;

export type CartState = "OPEN" | "ORDERED" | "EXPIRED" | "MERGED";

export interface Cart {
  /** UUID. */
  readonly id: string;
  /** UUID, or null for a guest's cart. */
  readonly userId: string | null;
  readonly currency: string;
  readonly countryCode: string | null;
  readonly state: CartState;
  readonly updatedAt: Date;
  /** Counts its changes. */
  readonly version: number;
  readonly note: string | null;
  /** UUID of the cart its lines went into. */
  readonly mergedInto: string | null;
}

export interface CartLine {
  readonly cartId: string;
  readonly variantId: string;
  readonly quantity: bigint;
}

/** A guest's cart belongs to whoever holds its id, which cannot be guessed; a person's cart to that person. */
export function maySeeCart(cart: Pick<Cart, "userId">, viewer: Viewer): boolean {
  return cart.userId === null || cart.userId === viewer.userId || can(viewer, "orders.read");
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

/** What a cart has of a variant. */
type Had = Pick<CartLine, "variantId" | "quantity">;

/** Which lines a cart gets, from the lines it has, the quantities asked for and the variants on sale. */
export function decideLines(have: readonly Had[], wanted: readonly WantedLine[], sellable: ReadonlySet<string>): Result<LineChange[], LinesRefusal> {
  return decide(have, wanted, sellable, 0, (quantity) => quantity);
}

/** The same where the units asked for come on top of those that are there. */
export function decideAddition(have: readonly Had[], wanted: readonly WantedLine[], sellable: ReadonlySet<string>): Result<LineChange[], LinesRefusal> {
  return decide(have, wanted, sellable, 1, (quantity, had) => quantity + Number(had));
}

function decide(
  have: readonly Had[], wanted: readonly WantedLine[], sellable: ReadonlySet<string>, least: number, becomes: (quantity: number, had: bigint) => number,
): Result<LineChange[], LinesRefusal> {
  if (wanted.length === 0 || wanted.length > MAX_LINES) return err({ code: "TOO_MANY_LINES" });
  const had = new Map(have.map((line) => [line.variantId, line.quantity]));
  const changes = new Map<string, number>();
  for (const [index, { apiId, variantId, quantity }] of wanted.entries()) {
    const then = becomes(quantity, (variantId !== undefined && had.get(variantId)) || 0n);
    if (quantity < least || then > MAX_QUANTITY) return err({ code: "INVALID_QUANTITY", variantId: apiId, quantity: then > MAX_QUANTITY ? then : quantity, index });
    // What is not sold any more can still be taken out.
    if (variantId === undefined || (!sellable.has(variantId) && !(then === 0 && had.has(variantId)))) return err({ code: "VARIANT_NOT_FOUND", variantId: apiId, index });
    if (changes.has(variantId)) return err({ code: "DUPLICATE_LINE", variantId: apiId, index });
    changes.set(variantId, then);
  }
  const left = new Set(had.keys());
  for (const [variantId, quantity] of changes) {
    if (quantity === 0) left.delete(variantId);
    else left.add(variantId);
  }
  if (left.size > MAX_LINES) return err({ code: "TOO_MANY_LINES" });
  return ok([...changes].map(([variantId, quantity]) => ({ variantId, quantity })));
}

/** What a cart gets of another one's lines: quantities added up, no line above what a line may hold. */
export function mergeLines(into: readonly Had[], from: readonly Had[]): Result<LineChange[], { code: "TOO_MANY_LINES" }> {
  const had = new Map(into.map((line) => [line.variantId, line.quantity]));
  const most = BigInt(MAX_QUANTITY);
  const changes = from.map(({ variantId, quantity }) => {
    const sum = (had.get(variantId) ?? 0n) + quantity;
    return { variantId, quantity: Number(sum < most ? sum : most) };
  });
  if (new Set([...had.keys(), ...from.map((line) => line.variantId)]).size > MAX_LINES) return err({ code: "TOO_MANY_LINES" });
  return ok(changes);
}

/** What the lines come to: exact amounts added up, rounded once to the currency. */
export function totalOf(lines: readonly { quantity: bigint; price: Money }[], currency: string): Money {
  return roundToCurrency(sum(lines.map((line) => times(line.price, line.quantity)), currency));
}

import { err, ok, type Result } from "#schema/values/result.ts";
import type { Commanded } from "../context.ts";
import { type CartLine, decideAddition, decideLines, type LineChange, type LinesRefusal, MAX_LINES, type WantedLine } from "../domain/cart.ts";
import { type FullCart, writeCartLines } from "../queries/cartContents.ts";
import { type ChangeRefusal, openWorkspace } from "./findUsableCart.ts";

export type CartLinesRefusal = ChangeRefusal | LinesRefusal;

export interface CartLinesInput {
  /** Undefined where the id names no cart at all. */
  readonly cartId: string | undefined;
  readonly lines: readonly WantedLine[];
  readonly expectedVersion?: number | null | undefined;
}

type Decide = (have: readonly Pick<CartLine, "variantId" | "quantity">[], wanted: readonly WantedLine[], sellable: ReadonlySet<string>) => Result<LineChange[], LinesRefusal>;

/** Sets the quantities of variants in a cart, all lines or none. */
export function cartLinesSet(parts: Commanded, input: CartLinesInput): Promise<Result<FullCart, CartLinesRefusal>> {
  return change(parts, input, decideLines);
}

/** Puts units into a cart on top of those that are in it, all lines or none. */
export function cartLinesAdd(parts: Commanded, input: CartLinesInput): Promise<Result<FullCart, CartLinesRefusal>> {
  return change(parts, input, decideAddition);
}

/** Three statements, however many lines: hold the cart, read what is there and on sale, write. */
async function change({ db, clocks, viewer }: Commanded, input: CartLinesInput, decide: Decide): Promise<Result<FullCart, CartLinesRefusal>> {
  // Before anything is asked of the database: a list of any length would be asked for.
  if (input.lines.length > MAX_LINES) return err({ code: "TOO_MANY_LINES" });
  return db.tx(async (tx): Promise<Result<FullCart, CartLinesRefusal>> => {
    const opened = await openWorkspace(tx, input, viewer, input.lines.flatMap((line) => line.variantId ?? []));
    if (!opened.ok) return opened;
    const { cart, space } = opened.value;
    const changes = decide(space.contents.lines, input.lines, new Set(space.onSale.keys()));
    return changes.ok ? ok(await writeCartLines(tx, cart, space, changes.value, clocks.business.now())) : changes;
  }, { retries: 3 });
}

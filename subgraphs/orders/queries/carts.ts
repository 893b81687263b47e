import type { Reader, Tx } from "#platform/db/database.ts";
import { query, type RowOf } from "#platform/db/query.ts";
import { type Cart, type CartLine, type LineChange, MAX_LINES } from "../domain/cart.ts";

const COLUMNS = "c.id, c.user_id, c.currency, c.country_code, c.state, c.updated_at";
const row = { id: "uuid", user_id: "uuid?", currency: "text", country_code: "text?", state: "text", updated_at: "timestamptz" } as const;

function toCart(found: RowOf<typeof row>): Cart {
  return { id: found.id, userId: found.user_id, currency: found.currency, countryCode: found.country_code, state: found.state as Cart["state"], updatedAt: found.updated_at };
}

// Random and not time-ordered: the id of a guest's cart is all that protects it.
const insert = query({
  name: "orders.insertCart",
  text: `insert into orders.carts as c (id, user_id, currency, country_code, created_at, updated_at)
    values (gen_random_uuid(), $1, $2, $3, $4, $4) returning ${COLUMNS}`,
  params: ["uuid?", "text", "text?", "timestamptz"],
  row,
  budget: { access: "write", maxRows: 1 },
});

const byIds = query({
  name: "orders.cartsByIds",
  text: `select ${COLUMNS} from orders.carts c where c.id = any($1)`,
  params: ["uuid[]"],
  row,
  budget: { access: "index", maxRows: 1_000 },
});

const forUpdate = query({
  name: "orders.cartForUpdate",
  text: `select ${COLUMNS} from orders.carts c where c.id = $1 for update`,
  params: ["uuid"],
  row,
  budget: { access: "write", maxRows: 1 },
});

const lines = query({
  name: "orders.linesOfCarts",
  text: "select l.cart_id, l.variant_id, l.quantity from orders.cart_lines l where l.cart_id = any($1) order by l.cart_id, l.position",
  params: ["uuid[]"],
  row: { cart_id: "uuid", variant_id: "uuid", quantity: "int8" },
  budget: { access: "index", maxRows: 1_000 * MAX_LINES },
});

const removeLines = query({
  name: "orders.removeCartLines",
  text: "delete from orders.cart_lines where cart_id = $1 and variant_id = any($2)",
  params: ["uuid", "uuid[]"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

// A line that is there keeps its place; new ones come behind, in the order they were named.
const putLines = query({
  name: "orders.putCartLines",
  text: `insert into orders.cart_lines (cart_id, variant_id, position, quantity)
    select $1, w.variant_id, coalesce((select max(position) from orders.cart_lines where cart_id = $1), 0) + w.place, w.quantity
    from unnest($2::uuid[], $3::int8[]) with ordinality as w (variant_id, quantity, place)
    on conflict (cart_id, variant_id) do update set quantity = excluded.quantity`,
  params: ["uuid", "uuid[]", "int8[]"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

const touch = query({
  name: "orders.touchCart",
  text: `update orders.carts as c set state = $2, updated_at = $3, version = c.version + 1 where c.id = $1 returning ${COLUMNS}`,
  params: ["uuid", "text", "timestamptz"],
  row,
  budget: { access: "write", maxRows: 1 },
});

export async function insertCart(db: Reader, cart: Pick<Cart, "userId" | "currency" | "countryCode">, at: Date): Promise<Cart> {
  return toCart(await db.one(insert, [cart.userId, cart.currency, cart.countryCode, at]));
}

export async function listCartsByIds(db: Reader, ids: readonly string[]): Promise<Cart[]> {
  return (await db.many(byIds, [ids])).map(toCart);
}

/** Holds the cart until the transaction ends: whatever changes or buys it comes one after the other. */
export async function findCartForUpdate(tx: Tx, id: string): Promise<Cart | undefined> {
  const found = await tx.maybeOne(forUpdate, [id]);
  return found && toCart(found);
}

export async function listCartLines(db: Reader, cartIds: readonly string[]): Promise<CartLine[]> {
  return (await db.many(lines, [cartIds])).map((found) => ({ cartId: found.cart_id, variantId: found.variant_id, quantity: found.quantity }));
}

export async function setCartLines(tx: Tx, cartId: string, changes: readonly LineChange[]): Promise<void> {
  const [gone, kept] = [changes.filter((change) => change.quantity === 0), changes.filter((change) => change.quantity > 0)];
  if (gone.length > 0) await tx.execute(removeLines, [cartId, gone.map((change) => change.variantId)]);
  if (kept.length > 0) await tx.execute(putLines, [cartId, kept.map((change) => change.variantId), kept.map((change) => change.quantity)]);
}

export async function updateCart(tx: Tx, id: string, state: Cart["state"], at: Date): Promise<Cart> {
  return toCart(await tx.one(touch, [id, state, at]));
}

import type { Reader, Tx } from "#platform/db/database.ts";
import { query, type RowOf } from "#platform/db/query.ts";
import type { Cart } from "../domain/cart.ts";
import type { CartDelivery } from "../domain/delivery.ts";

/** Of `orders.carts c`. */
export const CART_COLUMNS = "c.id, c.user_id, c.currency, c.country_code, c.state, c.updated_at, c.version, c.note, c.merged_into";
export const cartRow = {
  id: "uuid", user_id: "uuid?", currency: "text", country_code: "text?", state: "text", updated_at: "timestamptz", version: "int4", note: "text?", merged_into: "uuid?",
} as const;

export function toCart(found: RowOf<typeof cartRow>): Cart {
  return {
    id: found.id, userId: found.user_id, currency: found.currency, countryCode: found.country_code, state: found.state as Cart["state"], updatedAt: found.updated_at,
    version: found.version, note: found.note, mergedInto: found.merged_into,
  };
}

// Random and not time-ordered: the id of a guest's cart is all that protects it.
const insert = query({
  name: "orders.insertCart",
  text: `insert into orders.carts as c (id, user_id, currency, country_code, created_at, updated_at)
    values (gen_random_uuid(), $1, $2, $3, $4, $4) returning ${CART_COLUMNS}`,
  params: ["uuid?", "text", "text?", "timestamptz"],
  row: cartRow,
  budget: { access: "write", maxRows: 1 },
});

const byIds = query({
  name: "orders.cartsByIds",
  text: `select ${CART_COLUMNS} from orders.carts c where c.id = any($1)`,
  params: ["uuid[]"],
  row: cartRow,
  budget: { access: "index", maxRows: 1_000 },
});

const forUpdate = query({
  name: "orders.cartForUpdate",
  text: `select ${CART_COLUMNS} from orders.carts c where c.id = $1 for update`,
  params: ["uuid"],
  row: cartRow,
  budget: { access: "write", maxRows: 1 },
});

const touch = query({
  name: "orders.touchCart",
  text: `update orders.carts as c set state = $2, updated_at = $3, version = c.version + 1 where c.id = $1 returning ${CART_COLUMNS}`,
  params: ["uuid", "text", "timestamptz"],
  row: cartRow,
  budget: { access: "write", maxRows: 1 },
});

const severalForUpdate = query({
  name: "orders.cartsForUpdate",
  text: `select ${CART_COLUMNS} from orders.carts c where c.id = any($1) order by c.id for update`,
  params: ["uuid[]"],
  row: cartRow,
  budget: { access: "write", maxRows: 2 },
});

const latestOpen = query({
  name: "orders.latestOpenCarts",
  text: `select ${CART_COLUMNS} from unnest($1::uuid[]) as asked (user_id)
    cross join lateral (select * from orders.carts where user_id = asked.user_id and state = 'OPEN' order by updated_at desc, id limit 1) c`,
  params: ["uuid[]"],
  row: cartRow,
  budget: { access: "index", maxRows: 1_000 },
});

// Note, country and delivery as they shall be, in one statement.
const save = query({
  name: "orders.saveCart",
  text: `with delivered as (
      insert into orders.cart_delivery (cart_id, email, name, line1, line2, city, region, postal_code, country_code, phone, method_id)
      select $1, $5, a.name, a.line1, a.line2, a.city, a.region, a."postalCode", a."countryCode", a.phone, $7
      from (select 1) one left join jsonb_to_record($6) as a (name text, line1 text, line2 text, city text, region text, "postalCode" text, "countryCode" text, phone text) on true
      where $8
      on conflict (cart_id) do update set email = excluded.email, name = excluded.name, line1 = excluded.line1, line2 = excluded.line2, city = excluded.city,
        region = excluded.region, postal_code = excluded.postal_code, country_code = excluded.country_code, phone = excluded.phone, method_id = excluded.method_id
    )
    update orders.carts as c set note = $3, country_code = $4, updated_at = $2, version = c.version + 1 where c.id = $1 returning ${CART_COLUMNS}`,
  params: ["uuid", "timestamptz", "text?", "text?", "text?", "jsonb?", "uuid?", "bool"],
  row: cartRow,
  budget: { access: "write", maxRows: 1 },
});

const close = query({
  name: "orders.closeMergedCart",
  text: `with gone as (delete from orders.cart_delivery where cart_id = $1)
    update orders.carts as c set state = 'MERGED', merged_into = $2, updated_at = $3, version = c.version + 1 where c.id = $1`,
  params: ["uuid", "uuid", "timestamptz"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

const give = query({
  name: "orders.giveCart",
  text: `update orders.carts as c set user_id = $2, updated_at = $3, version = c.version + 1 where c.id = $1 returning ${CART_COLUMNS}`,
  params: ["uuid", "uuid", "timestamptz"],
  row: cartRow,
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

export async function updateCart(tx: Tx, id: string, state: Cart["state"], at: Date): Promise<Cart> {
  return toCart(await tx.one(touch, [id, state, at]));
}

/** Holds several carts, always in the same order, so that two callers never wait for each other in a circle. */
export async function listCartsForUpdate(tx: Tx, ids: readonly string[]): Promise<Cart[]> {
  return (await tx.many(severalForUpdate, [ids])).map(toCart);
}

/** Of each person the open cart that was used last. */
export async function listLatestOpenCarts(db: Reader, userIds: readonly string[]): Promise<Cart[]> {
  return (await db.many(latestOpen, [userIds])).map(toCart);
}

/** Note, country and delivery as they are to be; delivery stays where it is undefined. */
export async function saveCart(tx: Tx, cart: Pick<Cart, "id" | "note" | "countryCode">, delivery: CartDelivery | undefined, at: Date): Promise<Cart> {
  const { email = null, address = null, methodId = null } = delivery ?? {};
  return toCart(await tx.one(save, [cart.id, at, cart.note, cart.countryCode, email, address, methodId, delivery !== undefined]));
}

/** Closes a cart whose lines went into another. What was known of its buyer goes. */
export async function closeMergedCart(tx: Tx, id: string, into: string, at: Date): Promise<void> {
  await tx.execute(close, [id, into, at]);
}

/** Makes a guest's cart a person's. */
export async function giveCart(tx: Tx, id: string, userId: string, at: Date): Promise<Cart> {
  return toCart(await tx.one(give, [id, userId, at]));
}

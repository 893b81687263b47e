import { money } from "#schema/values/money.ts";
import type { Reader, Tx } from "#platform/db/database.ts";
import { query, type RowOf } from "#platform/db/query.ts";
import { type Cart, type LineChange, MAX_LINES } from "../domain/cart.ts";
import { type CartDelivery, NO_DELIVERY } from "../domain/delivery.ts";
import type { CartContents, ContentLine, OnSale } from "../domain/loadedCart.ts";
import { CART_COLUMNS, cartRow, toCart } from "./carts.ts";

// A line is a JSON array, which costs the driver a fraction of a row: quantity, price and exponent when it was added, then what the
// catalogue says of the variant, null from the product on when it is not on sale.
const LINE = (variantId: string) => `jsonb_build_array(${variantId}, l.quantity, l.added_unit_amount::text, l.added_exponent,
  s.product_id, s.vendor_id, s.category_id, s.sku, s.variant_name, s.unit_amount::text, s.exponent, s.available, s.weight_grams, s.tax_class)`;
const DELIVERY = (cartId: string) => `(select jsonb_build_object('email', d.email, 'methodId', d.method_id, 'address', case when d.line1 is null then null
    else jsonb_build_object('name', d.name, 'line1', d.line1, 'line2', d.line2, 'city', d.city, 'region', d.region, 'postalCode', d.postal_code,
      'countryCode', d.country_code, 'phone', d.phone) end) from orders.cart_delivery d where d.cart_id = ${cartId})`;

// What was entered. Counted and not asked for by `exists`, which the planner may answer from a hash of the whole table.
const REDUCTIONS = (cartId: string) => `(select jsonb_agg(jsonb_build_array(k.code, k.promotion_id) order by e.position, k.code) from orders.cart_codes e
      cross join lateral (select p.code, p.promotion_id from orders.promotion_codes p where p.id = e.code_id limit 1) k where e.cart_id = ${cartId}) as codes,
    (select count(*) > 0 from orders.cart_gift_cards e where e.cart_id = ${cartId}) as has_gift_cards`;
const contentRow = { stamp: "uuid", lines: "jsonb?", delivery: "jsonb?", codes: "jsonb?", has_gift_cards: "bool" } as const;

/** States of a checkout that is neither over nor given up; those of the index checkouts_live. */
export const BEING_BOUGHT = "'HELD', 'REVIEW', 'UNDOING'";

/*
 * Those for one cart and one variant, as pages and "add to cart" ask, take plain values: then one plan serves all, while for arrays
 * the server may think a new plan for their length worth the while, and planning takes several times as long as running.
 */
const CONTENTS = `select ${CART_COLUMNS}, r.stamp,
      (select jsonb_agg(${LINE("l.variant_id")} order by l.position)
        from orders.cart_lines l
        left join catalog.sellable_variants s on s.variant_id = l.variant_id and s.currency = c.currency and s.status = 'ACTIVE'
        where l.cart_id = c.id) as lines,
      ${DELIVERY("c.id")} as delivery, ${REDUCTIONS("c.id")}
    from orders.carts c cross join orders.pricing_rules r`;

// A cart with all that its prices come from, in one row.
const one = query({
  name: "orders.cartContents",
  text: `${CONTENTS} where c.id = $1`,
  params: ["uuid"],
  row: { ...cartRow, ...contentRow },
  budget: { access: "index", maxRows: 1 },
});

const several = query({
  name: "orders.contentsOfCarts",
  text: `${CONTENTS} where c.id = any($1)`,
  params: ["uuid[]"],
  row: { ...cartRow, ...contentRow },
  budget: { access: "index", maxRows: 1_000 },
});

const WORKSPACE = (wanted: string) => `select exists (select from orders.checkouts k where k.cart_id = $1 and k.state in (${BEING_BOUGHT})) as is_busy, r.stamp,
      (select jsonb_agg(${LINE("v.variant_id")} order by l.position)
        from (select h.variant_id from orders.cart_lines h where h.cart_id = $1 union ${wanted}) v
        left join orders.cart_lines l on l.cart_id = $1 and l.variant_id = v.variant_id
        left join catalog.sellable_variants s on s.variant_id = v.variant_id and s.currency = $3 and s.status = 'ACTIVE') as lines,
      ${DELIVERY("$1")} as delivery, ${REDUCTIONS("$1")}
    from orders.pricing_rules r`;

// The same of a cart that is held, with a variant that may come into it, and whether it is being bought.
const workspace = query({
  name: "orders.cartWorkspace",
  text: WORKSPACE("select $2::uuid where $2 is not null"),
  params: ["uuid", "uuid?", "text"],
  row: { is_busy: "bool", ...contentRow },
  budget: { access: "index", maxRows: 1 },
});

const wideWorkspace = query({
  name: "orders.wideCartWorkspace",
  text: WORKSPACE("select w.variant_id from unnest($2::uuid[]) as w (variant_id)"),
  params: ["uuid", "uuid[]", "text"],
  row: { is_busy: "bool", ...contentRow },
  budget: { access: "index", maxRows: 1 },
});

// A line that is there keeps its place; new ones come behind, in the order they were named.
const writeLines = query({
  name: "orders.writeCartLines",
  text: `with gone as (
      delete from orders.cart_lines where cart_id = $1 and variant_id = any($2)
    ), put as (
      insert into orders.cart_lines (cart_id, variant_id, position, quantity, added_unit_amount, added_exponent)
      select $1, w.variant_id, coalesce((select max(position) from orders.cart_lines where cart_id = $1), 0) + w.place, w.quantity, w.amount, w.exponent
      from unnest($3::uuid[], $4::int8[], $5::int8[], $6::int4[]) with ordinality as w (variant_id, quantity, amount, exponent, place)
      on conflict (cart_id, variant_id) do update
        set quantity = excluded.quantity, added_unit_amount = excluded.added_unit_amount, added_exponent = excluded.added_exponent
    )
    update orders.carts as c set updated_at = $7, version = c.version + 1 where c.id = $1 returning ${CART_COLUMNS}`,
  params: ["uuid", "uuid[]", "uuid[]", "int8[]", "int8[]", "int4[]", "timestamptz"],
  row: cartRow,
  budget: { access: "write", maxRows: 1 },
});

type FrozenLine = [
  variantId: string, quantity: number | null, addedAmount: string | null, addedExponent: number | null,
  productId: string | null, vendorId: string | null, categoryId: string | null, sku: string, name: string, unitAmount: string, exponent: number,
  available: number, weightGrams: number | null, taxClass: string,
];

/** A cart with what is in it. */
export interface FullCart {
  readonly cart: Cart;
  readonly contents: CartContents;
}

/** A cart that is held by the transaction, as it is about to be changed. */
export interface Workspace {
  /** Whether it is being bought. */
  readonly isBusy: boolean;
  readonly contents: CartContents;
  /** Of the variants that were asked for beside those in the cart. */
  readonly onSale: ReadonlyMap<string, OnSale>;
}

/** One statement, however many carts and lines. */
export async function listFullCarts(db: Reader, ids: readonly string[]): Promise<FullCart[]> {
  const [id] = ids;
  const rows = id !== undefined && ids.length === 1 ? await db.many(one, [id]) : await db.many(several, [ids]);
  return rows.map((row) => {
    const cart = toCart(row);
    const lines = ((row.lines ?? []) as FrozenLine[]).slice(0, MAX_LINES).map((line, index) => toLine(line, index + 1, cart.currency));
    return { cart, contents: { ...toContents(row), lines } };
  });
}

/** Of a cart that the transaction holds: what is in it, and the variants named, whether in it or not. One statement. */
export async function readWorkspace(tx: Tx, cart: Pick<Cart, "id" | "currency">, variantIds: readonly string[]): Promise<Workspace> {
  const row = variantIds.length > 1 ? await tx.one(wideWorkspace, [cart.id, variantIds, cart.currency]) : await tx.one(workspace, [cart.id, variantIds[0] ?? null, cart.currency]);
  const all = (row.lines ?? []) as FrozenLine[];
  const lines = all.filter(([, quantity]) => quantity !== null).map((line, index) => toLine(line, index + 1, cart.currency));
  const onSale = new Map(all.flatMap((line) => {
    const found = toOnSale(line, cart.currency);
    return found ? [[line[0], found] as const] : [];
  }));
  return { isBusy: row.is_busy, contents: { ...toContents(row), lines }, onSale };
}

/** Writes the changes and answers the cart as it is then, from what was read: nothing is read again. */
export async function writeCartLines(tx: Tx, cart: Cart, { contents, onSale }: Workspace, changes: readonly LineChange[], at: Date): Promise<FullCart> {
  const [gone, kept] = [changes.filter((change) => change.quantity === 0), changes.filter((change) => change.quantity > 0)];
  const prices = kept.map(({ variantId }) => onSale.get(variantId)?.unitPrice);
  const row = await tx.one(writeLines, [
    cart.id, gone.map((change) => change.variantId), kept.map((change) => change.variantId), kept.map((change) => change.quantity),
    prices.map((price) => price?.units ?? null) as bigint[], prices.map((price) => price?.exponent ?? null) as number[], at,
  ]);
  const lines = new Map(contents.lines.map((line) => [line.variantId, line]));
  for (const { variantId } of gone) lines.delete(variantId);
  for (const { variantId, quantity } of kept) {
    const found = onSale.get(variantId) ?? null;
    lines.set(variantId, { position: 0, variantId, quantity: BigInt(quantity), addedPrice: found?.unitPrice ?? null, onSale: found });
  }
  return { cart: toCart(row), contents: { ...contents, lines: [...lines.values()].map((line, index) => ({ ...line, position: index + 1 })) } };
}

function toLine(line: FrozenLine, position: number, currency: string): ContentLine {
  const [variantId, quantity, addedAmount, addedExponent] = line;
  const addedPrice = addedAmount === null || addedExponent === null ? null : money(BigInt(addedAmount), currency, addedExponent);
  return { position, variantId, quantity: BigInt(quantity ?? 0), addedPrice, onSale: toOnSale(line, currency) };
}

function toOnSale(line: FrozenLine, currency: string): OnSale | null {
  const [, , , , productId, vendorId, categoryId, sku, name, unitAmount, exponent, available, weightGrams, taxClass] = line;
  if (productId === null) return null;
  return { productId, vendorId, categoryId, sku, name, unitPrice: money(BigInt(unitAmount), currency, exponent), available: BigInt(available), weightGrams, taxClass };
}

function toContents({ stamp, delivery, codes, has_gift_cards }: RowOf<typeof contentRow>): Omit<CartContents, "lines"> {
  return {
    stamp,
    delivery: (delivery as CartDelivery | null) ?? NO_DELIVERY,
    codes: ((codes ?? []) as [string, string][]).map(([code, promotionId]) => ({ code, promotionId })),
    hasGiftCards: has_gift_cards,
  };
}

import { createHash } from "node:crypto";
import { money, type Money } from "#schema/values/money.ts";
import { cursorOf } from "#kit/page.ts";
import type { Reader, Tx } from "#platform/db/database.ts";
import { query, type RowOf } from "#platform/db/query.ts";
import { type GiftCard, normalizeGiftCardCode } from "../domain/giftCards/giftCard.ts";

export interface GiftCardMovement {
  readonly giftCardId: string;
  readonly kind: "ISSUED" | "SPENT" | "REFUNDED" | "ADJUSTED";
  readonly amount: Money;
  readonly balanceAfter: Money;
  readonly orderId: string | null;
  readonly reason: string | null;
  readonly occurredAt: Date;
}

export const giftCardCursor = cursorOf("gift cards", ["uuid"]);
/** The newest so many of each card are shown. */
export const MAX_MOVEMENTS = 100;

const COLUMNS = "g.id, g.last4, g.currency, g.exponent, g.initial_units, g.balance_units, g.held_units, g.expires_at, g.is_active, g.note, g.issued_at";
const row = {
  id: "uuid", last4: "text", currency: "text", exponent: "int2", initial_units: "int8", balance_units: "int8", held_units: "int8", expires_at: "timestamptz?",
  is_active: "bool", note: "text?", issued_at: "timestamptz",
} as const;

const byHash = query({
  name: "orders.giftCardByHash",
  text: `select ${COLUMNS} from orders.gift_cards g where g.code_hash = $1`,
  params: ["bytea"],
  row,
  budget: { access: "index", maxRows: 1 },
});

const byIds = query({
  name: "orders.giftCardsByIds",
  text: `select ${COLUMNS} from orders.gift_cards g where g.id = any($1)`,
  params: ["uuid[]"],
  row,
  budget: { access: "index", maxRows: 1_000 },
});

const page = query({
  name: "orders.giftCards",
  text: `select ${COLUMNS} from orders.gift_cards g where $1::uuid is null or g.id < $1 order by g.id desc limit $2`,
  params: ["uuid?", "int4"],
  row,
  budget: { access: "index", maxRows: 101 },
});

const movements = query({
  name: "orders.movementsOfGiftCards",
  text: `select m.gift_card_id, m.kind, m.units, m.balance_after_units, m.order_id, m.reason, m.occurred_at, c.currency, c.exponent
    from unnest($1::uuid[]) as a (id)
    cross join lateral (select g.id, g.currency, g.exponent from orders.gift_cards g where g.id = a.id limit 1) c
    cross join lateral (select * from orders.gift_card_movements o where o.gift_card_id = c.id order by o.id desc limit ${MAX_MOVEMENTS}) m`,
  params: ["uuid[]"],
  row: {
    gift_card_id: "uuid", kind: "text", units: "int8", balance_after_units: "int8", order_id: "uuid?", reason: "text?", occurred_at: "timestamptz", currency: "text", exponent: "int2",
  },
  budget: { access: "index", maxRows: 1_000 * MAX_MOVEMENTS },
});

const insert = query({
  name: "orders.insertGiftCard",
  text: `with card as (
      insert into orders.gift_cards as g (id, code_hash, last4, currency, exponent, initial_units, balance_units, expires_at, note, issued_by, issued_at)
      values ($1, $2, $3, $4, $5, $6, $6, $7, $8, $9, $10) returning ${COLUMNS}
    ), moved as (
      insert into orders.gift_card_movements (gift_card_id, kind, reference, units, balance_after_units, actor, occurred_at)
      select card.id, 'ISSUED', card.id::text, card.initial_units, card.initial_units, $9, $10 from card
    )
    select * from card`,
  params: ["uuid", "bytea", "text", "text", "int2", "int8", "timestamptz?", "text?", "text", "timestamptz"],
  row,
  budget: { access: "write", maxRows: 1 },
});

// Never below what purchases under way hold.
const adjust = query({
  name: "orders.adjustGiftCard",
  text: `with card as (
      update orders.gift_cards as g set balance_units = g.balance_units + $2, version = g.version + 1
      where g.id = $1 and g.balance_units + $2 >= g.held_units returning ${COLUMNS}
    ), moved as (
      insert into orders.gift_card_movements (gift_card_id, kind, reference, units, balance_after_units, reason, actor, occurred_at)
      select card.id, 'ADJUSTED', $3, $2, card.balance_units, $4, $5, $6 from card
    )
    select * from card`,
  params: ["uuid", "int8", "text", "text", "text", "timestamptz"],
  row,
  budget: { access: "write", maxRows: 1 },
});

const disable = query({
  name: "orders.disableGiftCard",
  text: `update orders.gift_cards as g set is_active = false, version = g.version + 1 where g.id = $1 returning ${COLUMNS}`,
  params: ["uuid"],
  row,
  budget: { access: "write", maxRows: 1 },
});

function toGiftCard(found: RowOf<typeof row>): GiftCard {
  const amount = (units: bigint) => money(units, found.currency, found.exponent);
  return {
    id: found.id, last4: found.last4, initial: amount(found.initial_units), balance: amount(found.balance_units), available: amount(found.balance_units - found.held_units),
    expiresAt: found.expires_at, isActive: found.is_active, note: found.note, issuedAt: found.issued_at,
  };
}

/** What a card is found by; undefined where the text is no code at all. */
export function giftCardDigest(entered: string): { hash: Buffer; last4: string } | undefined {
  const code = normalizeGiftCardCode(entered);
  return code === undefined ? undefined : { hash: createHash("sha256").update(code).digest(), last4: code.slice(-4) };
}

export async function findGiftCardByHash(db: Reader, hash: Buffer): Promise<GiftCard | undefined> {
  const found = await db.maybeOne(byHash, [hash]);
  return found && toGiftCard(found);
}

export async function listGiftCardsByIds(db: Reader, ids: readonly string[]): Promise<GiftCard[]> {
  return (await db.many(byIds, [ids])).map(toGiftCard);
}

/** The newest first. */
export async function listGiftCards(db: Reader, limit: number, after: string | undefined): Promise<GiftCard[]> {
  return (await db.many(page, [after ?? null, limit])).map(toGiftCard);
}

/** Each card's newest first. */
export async function listMovements(db: Reader, giftCardIds: readonly string[]): Promise<GiftCardMovement[]> {
  return (await db.many(movements, [giftCardIds])).map((found) => ({
    giftCardId: found.gift_card_id, kind: found.kind as GiftCardMovement["kind"], orderId: found.order_id, reason: found.reason, occurredAt: found.occurred_at,
    amount: money(found.units, found.currency, found.exponent), balanceAfter: money(found.balance_after_units, found.currency, found.exponent),
  }));
}

export interface NewGiftCard {
  readonly id: string;
  readonly hash: Buffer;
  readonly last4: string;
  readonly initial: Money;
  readonly expiresAt: Date | null;
  readonly note: string | null;
  readonly actor: string;
}

export async function insertGiftCard(tx: Tx, card: NewGiftCard, at: Date): Promise<GiftCard> {
  const { id, hash, last4, initial, expiresAt, note, actor } = card;
  return toGiftCard(await tx.one(insert, [id, hash, last4, initial.currency, initial.exponent, initial.units, expiresAt, note, actor, at]));
}

/** Undefined where the balance would fall below what is held. */
export async function adjustGiftCard(tx: Tx, change: { giftCardId: string; units: bigint; reference: string; reason: string; actor: string }, at: Date): Promise<GiftCard | undefined> {
  const found = await tx.maybeOne(adjust, [change.giftCardId, change.units, change.reference, change.reason, change.actor, at]);
  return found && toGiftCard(found);
}

export async function disableGiftCard(db: Reader, id: string): Promise<GiftCard | undefined> {
  const found = await db.maybeOne(disable, [id]);
  return found && toGiftCard(found);
}

import { expect, test } from "vitest";
import { Database } from "#platform/db/database.ts";
import { useTestDatabases } from "#platform/testing/testDatabase.ts";
import { ACCOUNTS, type Journal } from "../domain/ledger/ledger.ts";
import { postJournals } from "../queries/ledger.ts";

const databases = useTestDatabases({ shop: true });
const AT = new Date("2011-06-01T10:00:00Z");
const journal = (reference: string, units = 500n): Journal => ({
  kind: "GIFT_CARD_ISSUED", reference, orderId: null, currency: "GBP", occurredAt: AT,
  entries: [{ account: ACCOUNTS.giftCardsGranted, units }, { account: ACCOUNTS.giftCards, units: -units }],
});

async function asOrders<T>(work: (db: Database) => Promise<T>): Promise<T> {
  await using db = Database.open(databases.shop.as("martgraph_orders"));
  return await work(db);
}

test("a cause is booked once, however often it is posted", () => asOrders(async (db) => {
  expect(await db.tx((tx) => postJournals(tx, [journal("one"), journal("two", 0n)]))).toBe(1);
  expect(await db.tx((tx) => postJournals(tx, [journal("one"), journal("three")]))).toBe(1);
  const { rows } = await db.raw("select account, sum(units)::int8 as units from orders.ledger_entries group by 1 order by 1");
  expect(rows).toEqual([{ account: "gift_cards", units: -1000n }, { account: "gift_cards_granted", units: 1000n }]);
}));

test("entries that do not sum to zero are refused, by the code and by the table", () => asOrders(async (db) => {
  const wrong = { ...journal("wrong"), entries: [{ account: ACCOUNTS.sales, units: 1n }] };
  await expect(db.tx((tx) => postJournals(tx, [wrong]))).rejects.toThrow("sums to 1");
  await expect(db.tx(async (tx) => {
    const { rows } = await tx.raw<{ id: string }>("insert into orders.ledger_journals (kind, reference, occurred_at) values ('REFUND', 'x', now()) returning id");
    await tx.raw("insert into orders.ledger_entries values ($1, 1, 'sales', 'GBP', 5, 2), ($1, 2, 'tax', 'EUR', -5, 2)", [rows[0]?.id]);
  })).rejects.toThrow("must sum to zero");
}));

test("what is booked stays as it is, for the owner too", async () => {
  await using owner = Database.open(databases.shop.config);
  await asOrders((db) => db.tx((tx) => postJournals(tx, [journal("kept")])));
  await expect(owner.raw("update orders.ledger_entries set units = 1")).rejects.toThrow("append-only");
  await expect(owner.raw("delete from orders.ledger_journals")).rejects.toThrow("append-only");
});

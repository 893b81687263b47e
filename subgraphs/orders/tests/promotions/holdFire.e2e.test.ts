import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { describe, expect, test } from "vitest";
import { useSlice } from "#kit/testing/sliceTest.ts";
import { proofMode } from "#platform/config.ts";
import { decodeId, uuidV7 } from "#schema/values/ids.ts";
import { findBreaches } from "../../queries/audit/auditCheck.ts";
import { checks } from "../../queries/audit/promotions.ts";
import { holdCodes, releaseCodes } from "../../queries/holdCodes.ts";
import { createOrdersSubgraph } from "../../subgraph.ts";
import { desk } from "./desk.ts";
import type { HoldWork } from "./holdWorker.ts";

const slice = useSlice("martgraph_orders", (deps) => createOrdersSubgraph({ ...deps, sweepSeconds: 0 }));
const shop = () => desk(slice.graph);
const ROUNDS = proofMode() ? 50 : 1;
const CHECKOUTS = proofMode() ? 1_000 : 400;

/** Purchases under way with the orders they become, as many as asked for. */
async function plantMany(count: number): Promise<(readonly [string, string])[]> {
  const pairs = Array.from({ length: count }, () => [uuidV7(new Date()), uuidV7(new Date()), uuidV7(new Date())] as const);
  const column = (index: 0 | 1 | 2) => pairs.map((pair) => pair[index]);
  await slice.owner.raw("insert into orders.carts (id, currency, created_at, updated_at) select id, 'GBP', now(), now() from unnest($1::uuid[]) as c (id)", [column(2)]);
  await slice.owner.raw(
    `insert into orders.checkouts (id, cart_id, actor, idempotency_key, state, currency, total_units, exponent, lease_until)
     select k.id, k.cart_id, 'guest', k.id::text, 'HELD', 'GBP', 1000, 2, now() + interval '1 hour' from unnest($1::uuid[], $2::uuid[]) as k (id, cart_id)`, [column(0), column(2)]);
  await slice.owner.raw(
    `insert into orders.orders (id, number, state, currency, placed_at, total_units, exponent, source)
     select o.id, 'F-' || o.id, 'PLACED', 'GBP', now(), 0, 2, 'GENERATED' from unnest($1::uuid[]) as o (id)`, [column(1)]);
  return pairs.map(([checkoutId, orderId]) => [checkoutId, orderId]);
}

async function workIn(work: Omit<HoldWork, "config" | "atOnce">, killAfter = Infinity): Promise<string[]> {
  const settings: HoldWork = { ...work, config: slice.databases.shop.as("martgraph_orders"), atOnce: 10 };
  const child = spawn(process.execPath, [join(import.meta.dirname, "holdWorker.ts"), JSON.stringify(settings)], { stdio: ["ignore", "pipe", "inherit"] });
  const answers: string[] = [];
  createInterface({ input: child.stdout }).on("line", (answer) => {
    answers.push(answer);
    if (answers.length === killAfter) child.kill("SIGKILL");
  });
  await once(child, "close");
  return answers;
}

/** Two processes to their end and one that is killed; what the dead one and the unfinished ones hold goes back, as the sweeper does it. */
async function fire(work: Omit<HoldWork, "config" | "atOnce" | "checkouts">): Promise<void> {
  const checkouts = await plantMany(CHECKOUTS);
  const third = Math.floor(CHECKOUTS / 3);
  await Promise.all([
    workIn({ ...work, checkouts: checkouts.slice(0, third) }), workIn({ ...work, checkouts: checkouts.slice(third, 2 * third) }),
    workIn({ ...work, checkouts: checkouts.slice(2 * third) }, 10),
  ]);
  expect(await findBreaches(slice.owner, checks)).toEqual([]);
  for (const [checkoutId] of checkouts) await slice.db.tx((tx) => releaseCodes(tx, checkoutId), { retries: 5 });
  expect(await findBreaches(slice.owner, checks)).toEqual([]);
}

describe.each(Array.from({ length: ROUNDS }, (_, round) => round + 1))("round %i: three processes, one killed midway", () => {
  test("a voucher with 100 uses is held by exactly 100, and what is given back can be had again", async () => {
    const promotion = await shop().promotion({ usageLimit: 100 }, [`FIRE-${uuidV7(new Date()).slice(-12)}`]);
    const { rows: [code] } = await slice.owner.raw<{ code: string }>("select code from orders.promotion_codes where promotion_id = $1", [decodeId("prm", promotion.id)]);
    const discount = { promotionId: decodeId("prm", promotion.id) ?? "", label: "Ten", code: code?.code ?? "", target: "LINE" as const, linePosition: 1 };
    await fire({ discount, giftCard: null, units: "100" });
    const count = async () => (await slice.owner.raw<{ used: number; held: number }>("select used::int, held::int from orders.promotion_uses where promotion_id = $1", [discount.promotionId])).rows[0];
    const after = await count();
    expect(after).toMatchObject({ held: 0 });
    expect(after?.used).toBeLessThanOrEqual(100);
    // What is left of the hundred, and not one more, is had by those who come at once.
    const late = await plantMany(150);
    const answers = await Promise.all(late.map(([id]) => slice.db.tx((tx) => holdCodes(tx, id, { userId: null, email: null }, { discounts: [{ ...discount, units: 1n }], giftCards: [] }), { retries: 5 })));
    expect(answers.filter((refused) => refused.length === 0)).toHaveLength(100 - (after?.used ?? 0));
    expect(await count()).toEqual({ used: after?.used, held: 100 - (after?.used ?? 0) });
    expect(await findBreaches(slice.owner, checks)).toEqual([]);
  });

  test("a gift card is never spent below zero; its movements are its balance", async () => {
    const card = await shop().giftCard("100.00");
    const giftCard = { giftCardId: decodeId("gft", card.id) ?? "", last4: card.secret.slice(-4) };
    // 300 tries of 1.37 on 100.00.
    await fire({ discount: null, giftCard, units: "137" });
    const { rows: [after] } = await slice.owner.raw<{ balance: number; held: number; spent: number }>(
      `select balance_units::int as balance, held_units::int as held, (select count(*)::int from orders.gift_card_movements m where m.gift_card_id = g.id and m.kind = 'SPENT') as spent
       from orders.gift_cards g where g.id = $1`, [giftCard.giftCardId]);
    expect(after).toEqual({ balance: 10_000 - 137 * (after?.spent ?? 0), held: 0, spent: after?.spent });
    expect(after?.balance).toBeGreaterThanOrEqual(0);
    expect(after?.spent).toBeGreaterThan(0);
  });
});

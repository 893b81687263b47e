import { randomUUID } from "node:crypto";
import { beforeEach, describe, expect, test } from "vitest";
import { useSlice } from "#kit/testing/sliceTest.ts";
import { SMALL_SHOP } from "#kit/testing/smallShop.ts";
import { releaseStock, restock, sellReserved } from "../queries/catalogue.ts";
import { createReserver } from "../queries/reserver.ts";
import { createOrdersSubgraph } from "../subgraph.ts";

const slice = useSlice("martgraph_orders", (deps) => createOrdersSubgraph({ ...deps, sweepSeconds: 0 }));
const [A, B, C] = [SMALL_SHOP.variant(1), SMALL_SHOP.variant(2), SMALL_SHOP.variant(5)] as const;
const MAIN = "01900000-0000-7000-8000-000000000001";
const [NORTH, FRANCE] = [randomUUID(), randomUUID()];
const soon = () => new Date(Date.now() + 600_000);
const unit = (variantId: string, quantity: number) => ({ variantId, quantity: BigInt(quantity) });
const levels = async (variant: string) => Object.fromEntries((await slice.owner.raw<{ code: string; on_hand: number; reserved: number }>(
  "select w.code, l.on_hand::int, l.reserved::int from catalog.inventory_levels l join catalog.warehouses w on w.id = l.warehouse_id where l.variant_id = $1", [variant])).rows.map((row) => [row.code, [row.on_hand, row.reserved]]));
const heldBy = async (reference: string) => (await slice.owner.raw(
  "select r.variant_id, w.code, r.quantity::int from catalog.reservations r join catalog.warehouses w on w.id = r.warehouse_id where r.reference_id = $1 order by r.variant_id, w.priority", [reference])).rows.map(Object.values);

/** Each warehouse holds as many units of the variant as said; nothing is held. */
async function stand(variant: string, main: number, north = 0, france = 0): Promise<void> {
  await slice.owner.raw("insert into catalog.warehouses (id, code, name, country_code, priority) values ($1, 'NORTH', 'North', 'GB', 200), ($2, 'FRANCE', 'France', 'FR', 300) on conflict do nothing", [NORTH, FRANCE]);
  await slice.owner.raw("select catalog.release_stock(reference_id) from (select distinct reference_id from catalog.reservations) r");
  for (const [warehouse, wanted] of [[MAIN, main], [NORTH, north], [FRANCE, france]] as const) {
    await slice.owner.raw(
      `select catalog.move_stock($1, $2, $3::bigint - n.units, 'ADJUSTMENT', 'system', null, null)
       from (select coalesce(max(l.on_hand), 0) as units from catalog.inventory_levels l where l.variant_id = $1 and l.warehouse_id = $2) n where n.units <> $3::bigint`,
      [variant, warehouse, wanted]);
  }
}

describe("reserve", () => {
  beforeEach(async () => { for (const variant of [A, B, C]) await stand(variant, 10); });

  test("holds all units or none, and says what is left of what is short", async () => {
    const reserver = createReserver(slice.db);
    const [held, refused] = [randomUUID(), randomUUID()];
    expect(await reserver.reserve(held, [unit(A, 4), unit(B, 10)], soon())).toEqual([]);
    expect(await reserver.reserve(refused, [unit(A, 6), unit(B, 1), unit(C, 11)], soon())).toEqual([{ variantId: B, available: 0n }, { variantId: C, available: 10n }]);
    expect([await levels(A), await levels(B), await levels(C)]).toEqual([{ MAIN: [10, 4] }, { MAIN: [10, 10] }, { MAIN: [10, 0] }]);
    expect(await heldBy(refused)).toEqual([]);
  });

  test("the same reference again keeps what it holds, in one batch too", async () => {
    const reserver = createReserver(slice.db);
    const reference = randomUUID();
    const answers = await Promise.all(Array.from({ length: 5 }, () => reserver.reserve(reference, [unit(A, 4)], soon())));
    expect(answers).toEqual([[], [], [], [], []]);
    expect(await createReserver(slice.db).reserve(reference, [unit(A, 9)], soon())).toEqual([]);
    expect(await heldBy(reference)).toEqual([[A, "MAIN", 4]]);
  });

  test("the same reference from several processes at once is held once", async () => {
    const reference = randomUUID();
    const answers = await Promise.all(Array.from({ length: 6 }, () => createReserver(slice.db).reserve(reference, [unit(A, 2), unit(B, 1)], soon())));
    expect(answers).toEqual([[], [], [], [], [], []]);
    expect([(await levels(A))["MAIN"], (await levels(B))["MAIN"]]).toEqual([[10, 2], [10, 1]]);
  });

  test("a hundred buyers of hundred variants each are decided together within a moment", async () => {
    await slice.owner.raw("insert into catalog.variants (product_id, sku, name, created_at) select $1, 'MANY' || n, 'Many', now() from generate_series(1, 1000) n", [SMALL_SHOP.product(5)]);
    const { rows } = await slice.owner.raw<{ id: string }>("insert into catalog.stock_levels (variant_id, on_hand, updated_at) select id, 20, now() from catalog.variants where sku like 'MANY%' and $1 returning variant_id as id", [true]);
    const reserver = createReserver(slice.db);
    const started = performance.now();
    const answers = await Promise.all(Array.from({ length: 100 }, (_, buyer) => reserver.reserve(randomUUID(), Array.from({ length: 100 }, (__, line) => unit(rows[(buyer * 7 + line) % rows.length]?.id ?? "", 1)), soon())));
    expect(answers.every((short) => short.length === 0)).toBe(true);
    // A bound against a cost that grows with the square of the lines, not a figure.
    expect(performance.now() - started).toBeLessThan(10_000);
    expect(reserver.stats.batches).toBeLessThanOrEqual(2);
  });

  test("in order of arrival: who comes first gets the last units, and a small request may fit after a large one did not", async () => {
    const reserver = createReserver(slice.db);
    const ask = (quantity: number) => reserver.reserve(randomUUID(), [unit(A, quantity)], soon());
    const answers = await Promise.all([ask(6), ask(5), ask(4), ask(1)]);
    expect(answers).toEqual([[], [{ variantId: A, available: 4n }], [], [{ variantId: A, available: 0n }]]);
    expect(reserver.stats).toMatchObject({ requests: 4 });
  });

  test("one request that cannot be decided does not poison the others of its transaction", async () => {
    const reserver = createReserver(slice.db);
    const settled = await Promise.allSettled([reserver.reserve(randomUUID(), [unit(A, 1)], soon()), reserver.reserve(randomUUID(), [unit(A, -1)], soon()), reserver.reserve(randomUUID(), [unit(A, 1)], soon())]);
    expect(settled.map((one) => one.status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
    expect((await levels(A))["MAIN"]).toEqual([10, 2]);
  });

  test("a variant that somebody keeps locked holds up its own callers for a while, and nobody else's", async () => {
    const reserver = createReserver(slice.db);
    await slice.owner.tx(async (tx) => {
      await tx.raw("select from catalog.stock_levels where variant_id = $1 for update", [A]);
      const settled = await Promise.allSettled([[unit(B, 1)], [unit(A, 1)], [unit(C, 1)]].map((units) => reserver.reserve(randomUUID(), units, soon())));
      expect(settled).toMatchObject([{ status: "fulfilled", value: [] }, { status: "rejected", reason: { code: "55P03" } }, { status: "fulfilled", value: [] }]);
    });
    expect(await reserver.reserve(randomUUID(), [unit(A, 1)], soon())).toEqual([]);
  });

  test("an unknown variant is short with nothing left; nothing asked is nothing held; a variant named twice counts twice", async () => {
    const reserver = createReserver(slice.db);
    const unknown = randomUUID();
    expect(await reserver.reserve(randomUUID(), [unit(unknown, 1)], soon())).toEqual([{ variantId: unknown, available: 0n }]);
    expect(await reserver.reserve(randomUUID(), [], soon())).toEqual([]);
    expect(await reserver.reserve(randomUUID(), [unit(A, 6), unit(A, 5)], soon())).toEqual([{ variantId: A, available: 10n }]);
  });
});

describe("several warehouses", () => {
  test("one that has everything is preferred to one of higher priority that has only a part", async () => {
    await stand(A, 5, 20);
    await stand(B, 1, 20);
    const reference = randomUUID();
    expect(await createReserver(slice.db).reserve(reference, [unit(A, 3), unit(B, 2)], soon())).toEqual([]);
    expect(await heldBy(reference)).toEqual([[A, "NORTH", 3], [B, "NORTH", 2]]);
  });

  test("else a line comes whole from where it is whole, and is split by priority where it is nowhere whole", async () => {
    await stand(A, 5, 3, 1);
    await stand(B, 0, 2);
    const reference = randomUUID();
    expect(await createReserver(slice.db).reserve(reference, [unit(A, 9), unit(B, 2)], soon())).toEqual([]);
    expect(await heldBy(reference)).toEqual([[A, "MAIN", 5], [A, "NORTH", 3], [A, "FRANCE", 1], [B, "NORTH", 2]]);
  });

  test("the buyer's country is taken from first, where it has the units", async () => {
    await stand(A, 5, 5, 5);
    const [french, british, large] = [randomUUID(), randomUUID(), randomUUID()];
    const reserver = createReserver(slice.db);
    await reserver.reserve(french, [unit(A, 2)], soon(), "FR");
    await reserver.reserve(british, [unit(A, 2)], soon(), "GB");
    await reserver.reserve(large, [unit(A, 4)], soon(), "FR");
    expect([await heldBy(french), await heldBy(british), await heldBy(large)]).toEqual([[[A, "FRANCE", 2]], [[A, "NORTH", 2]], [[A, "MAIN", 4]]]);
  });

  test("sold from where it was held, put back where it came from, and told to whoever ships", async () => {
    await stand(A, 2, 3);
    const [reference, orderId] = [randomUUID(), randomUUID()];
    await createReserver(slice.db).reserve(reference, [unit(A, 4)], soon());
    expect(await slice.db.tx((tx) => sellReserved(tx, reference, orderId))).toBe(1);
    expect(await levels(A)).toMatchObject({ MAIN: [0, 0], NORTH: [1, 0] });
    await slice.db.tx((tx) => restock(tx, orderId, [unit(A, 3)], "CANCELLED"));
    expect(await levels(A)).toMatchObject({ MAIN: [2, 0], NORTH: [2, 0] });
    const { rows } = await slice.db.raw("select warehouse_code, sold::int, put_back::int from catalog.order_allocations where order_id = $1 order by warehouse_code", [orderId]);
    expect(rows).toEqual([{ warehouse_code: "MAIN", sold: 2, put_back: 2 }, { warehouse_code: "NORTH", sold: 2, put_back: 1 }]);
    await slice.db.tx((tx) => restock(tx, orderId, [unit(A, 5)]));
    expect(await levels(A)).toMatchObject({ MAIN: [6, 0], NORTH: [3, 0] });
  });

  test("let go everywhere", async () => {
    await stand(A, 2, 3);
    const reference = randomUUID();
    await createReserver(slice.db).reserve(reference, [unit(A, 5)], soon());
    await slice.db.tx((tx) => releaseStock(tx, reference));
    expect(await levels(A)).toMatchObject({ MAIN: [2, 0], NORTH: [3, 0] });
    expect(await slice.db.tx((tx) => sellReserved(tx, reference, randomUUID()))).toBe(0);
  });
});

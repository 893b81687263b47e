import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { Database } from "#platform/db/database.ts";
import { churnArtefact, recommendationsArtefact } from "#platform/testing/modelArtefact.ts";
import { useTestDatabases } from "#platform/testing/testDatabase.ts";
import type { Slot } from "../../publish/slots.ts";
import { promote, registerVersion } from "../../registry/registry.ts";
import { loadChampions, PredictionsRefused, scorePredictions, type Champions, type ScoredBatch } from "../scorePredictions.ts";
import { fillFeatureTables, makeFeatureTables, makePurchases, productId, userId, type TestPurchase } from "./featureTables.ts";

const databases = useTestDatabases({ warehouse: true });
const TODAY = "2026-01-01";
const PRODUCTS = 20;
const SHOP = makePurchases({ customers: 40, products: PRODUCTS, from: "2025-03-01", days: 300, seed: 11 });
let admin: Database;
let db: Database;
let champions: Champions;

beforeAll(async () => {
  admin = Database.open(databases.warehouse.config);
  db = Database.open(databases.warehouse.as("martgraph_builder"));
  for (const slot of ["a", "b"] as const) await makeFeatureTables(admin, slot);
  await promote(db, "churn", await registerVersion(db, "churn", churnArtefact()));
  const ids = Array.from({ length: PRODUCTS }, (_, index) => productId(index));
  await promote(db, "recommendations", await registerVersion(db, "recommendations", recommendationsArtefact(ids)));
  champions = await loadChampions(db);
});
beforeEach(async () => {
  await db.raw("truncate ops.pointer, predictions.batch cascade");
  await fill("a", SHOP);
  await fill("b", SHOP);
});
afterAll(async () => {
  await admin.close();
  await db.close();
});

const fill = (slot: Slot, purchases: readonly TestPurchase[], today = TODAY) => fillFeatureTables(admin, slot, { purchases, products: PRODUCTS, today });
const score = (slot: Slot, over: { changedOnly?: boolean; champions?: Champions; heldBefore?: string } = {}) =>
  scorePredictions({ db, slot, asOf: new Date(`${TODAY}T00:00:00Z`), champions, changedOnly: false, ...over });

/** As publishing would: the pointer names the slot and the batch. */
async function publish(slot: Slot, batch: ScoredBatch): Promise<void> {
  const build = (await db.raw<{ build_id: string }>(
    `insert into ops.build (build_id, run_id, slot, cut_pos, cut_committed_at, business_as_of, state, prediction_batch_id, published_at)
     values (gen_random_uuid(), gen_random_uuid(), $1, 1, now(), $2, 'PUBLISHED', $3, now()) returning build_id`, [slot, TODAY, batch.batchId],
  )).rows[0]?.build_id;
  await db.raw("delete from ops.pointer where true or $1::int = 1", [1]);
  await db.raw(
    `insert into ops.pointer (slot, build_id, prediction_batch_id, cut_pos, cut_committed_at, business_as_of, published_at)
     values ($1, $2, $3, 1, now(), $4, now())`, [slot, build, batch.batchId, TODAY],
  );
}

const rowsOf = async (table: string, batch: ScoredBatch) => (await db.raw(`select to_jsonb(t) - 'batch_id' as row from predictions.${table} t where batch_id = $1 order by 1`, [batch.batchId])).rows;
const customers = new Set(SHOP.map((one) => one.user)).size;

describe("a full batch", () => {
  test("holds every customer and product, audited", async () => {
    const batch = await score("a");
    expect(batch).toMatchObject({ kind: "FULL", churn: customers, recommendations: customers, similar: PRODUCTS, rescored: customers });
    expect(batch.verdict.checks.every((check) => check.passed)).toBe(true);
    const { rows } = await db.raw<{ audited: boolean; churn_version: bigint }>("select audited, churn_version from predictions.batch where id = $1", [batch.batchId]);
    expect(rows).toEqual([{ audited: true, churn_version: 1n }]);
  });

  test("scores what the model scores", async () => {
    const batch = await score("a");
    const { rows } = await db.raw<{ probability: number; recency_days: number; segment: string }>(
      `select c.probability, c.segment, f.recency_days from predictions.churn c
         join features_a.customer_churn_features f on f.user_id = c.user_id and f.is_current where c.batch_id = $1`, [batch.batchId],
    );
    for (const row of rows) {
      const expected = 1 / (1 + Math.exp(3 - Math.log1p(row.recency_days)));
      expect(row.probability).toBeCloseTo(expected, 12);
      expect(row.segment).toBe(expected >= 0.8 ? "HIGH" : expected >= 0.5 ? "MEDIUM" : "LOW");
    }
  });

  test("recommends a customer's only product first and its neighbours next", async () => {
    await fill("a", [{ user: 1, product: 18, day: "2025-12-01" }]);
    const batch = await score("a");
    const { rows } = await db.raw<{ product_ids: string[] }>("select product_ids from predictions.user_recommendations where batch_id = $1 and user_id = $2", [batch.batchId, userId(1)]);
    expect(rows[0]?.product_ids.slice(0, 3)).toEqual([18, 17, 16].map(productId));
  });

  test("suggests nothing that is no longer sold", async () => {
    await admin.raw("update marts_a.dim_products set status = 'ARCHIVED' where product_id = $1", [productId(3)]);
    const batch = await score("a");
    for (const table of ["user_recommendations", "similar_products", "popular_products"]) {
      const { rowCount } = await db.raw(`select 1 from predictions.${table} where batch_id = $1 and $2::uuid = any(product_ids)`, [batch.batchId, productId(3)]);
      expect(rowCount, table).toBe(0);
    }
  });
});

test("without champions the popular products are there, best sellers first", async () => {
  await fill("a", [...SHOP, ...Array.from({ length: 60 }, (_, index) => ({ user: 900 + index, product: 9, day: "2025-12-20" }))]);
  const batch = await score("a", { champions: { churn: undefined, recommendations: undefined } });
  expect(batch).toMatchObject({ churn: 0, recommendations: 0, similar: 0 });
  const { rows } = await db.raw<{ product_ids: string[]; scores: number[] }>("select product_ids, scores from predictions.popular_products where batch_id = $1", [batch.batchId]);
  expect(rows[0]?.product_ids[0]).toBe(productId(9));
  expect(rows[0]?.product_ids).toHaveLength(PRODUCTS);
});

describe("customers of a shop that the model never saw", () => {
  // Half as many again as the model's own, with products of their own.
  const strangers = Array.from({ length: 20 }, (_, index) => ({ user: 500 + index, product: PRODUCTS + (index % 5), day: "2025-12-20" }));
  const withStrangers = (slot: Slot, purchases: readonly TestPurchase[]) => fillFeatureTables(admin, slot, { purchases, products: PRODUCTS + 5, today: TODAY });

  test("have a churn score from their orders and no list of the model's choice; the batch is kept", async () => {
    await withStrangers("a", [...SHOP, ...strangers]);
    const batch = await score("a");
    expect(batch).toMatchObject({ churn: customers + 20, recommendations: customers });
    expect(batch.verdict.checks.find(({ name }) => name.startsWith("customers with recommendations"))).toMatchObject({ passed: true, observed: 1 });
    const { rowCount } = await db.raw("select from predictions.user_recommendations where batch_id = $1 and user_id = any ($2)", [batch.batchId, strangers.map(({ user }) => userId(user))]);
    expect(rowCount).toBe(0);
  });

  test("are scored alone when they come, and taken over with the others later", async () => {
    await publish("a", await score("a"));
    await withStrangers("b", [...SHOP, ...strangers]);
    expect(await score("b", { changedOnly: true })).toMatchObject({ kind: "CHANGED", churn: customers + 20, recommendations: customers, rescored: 20 });
  });

  test("one who buys of both has a list", async () => {
    await withStrangers("a", [...SHOP, ...strangers, { user: 500, product: 3, day: "2025-12-21" }]);
    expect(await score("a")).toMatchObject({ recommendations: customers + 1 });
  });

  test("alone are no shop for this model: it was trained on something else, and says so", async () => {
    await withStrangers("a", strangers);
    await expect(score("a")).rejects.toThrow("the recommendations know something of what is bought: 1");
  });
});

test("a shop that never sold anything shows its products", async () => {
  await fill("a", []);
  const batch = await score("a");
  expect((await rowsOf("popular_products", batch))[0]).toMatchObject({ row: { scores: Array(PRODUCTS).fill(0) } });
});

describe("only who changed", () => {
  test("gives what a full batch would give, scoring only them", async () => {
    await publish("a", await score("a"));
    await fill("b", [...SHOP, { user: 2, product: 4, day: "2025-12-31" }, { user: 77, product: 5, day: "2025-12-30" }]);
    const changed = await score("b", { changedOnly: true });
    expect(changed).toMatchObject({ kind: "CHANGED", rescored: 2, recommendations: customers + 1 });
    const full = await score("b");
    for (const table of ["churn", "user_recommendations", "similar_products", "popular_products"]) {
      expect(await rowsOf(table, changed), table).toEqual(await rowsOf(table, full));
    }
  });

  test("a customer who is gone from the features is gone from the batch", async () => {
    await publish("a", await score("a"));
    const gone = SHOP[0]?.user as number;
    await fill("b", SHOP.filter((one) => one.user !== gone));
    const changed = await score("b", { changedOnly: true });
    expect(changed).toMatchObject({ kind: "CHANGED", churn: customers - 1, recommendations: customers - 1, rescored: 0 });
  });

  test("a new day, another version, or no published batch make a full one", async () => {
    expect((await score("b", { changedOnly: true })).kind).toBe("FULL");
    await publish("a", await score("a"));
    await fill("b", SHOP, "2026-01-02");
    expect((await score("b", { changedOnly: true })).kind).toBe("FULL");
    await fill("b", SHOP);
    expect((await score("b", { changedOnly: true, champions: { ...champions, churn: undefined } })).kind).toBe("FULL");
    expect((await score("b", { changedOnly: true })).kind).toBe("CHANGED");
  });

  test("lists with a product that was withdrawn since are made anew", async () => {
    await publish("a", await score("a"));
    await admin.raw("update marts_b.dim_products set status = 'ARCHIVED' where product_id = $1", [productId(0)]);
    const batch = await score("b", { changedOnly: true });
    expect(batch.kind).toBe("FULL");
  });
});

describe("with the set of changes of an increment", () => {
  const HELD = "00000000-0000-7000-8000-00000000000a";
  const [PLACED, UNLISTED] = [{ user: 2, product: 4, day: "2025-12-31" }, { user: 3, product: 6, day: "2025-12-30" }];

  /** Slot a is published at 20, slot b is an increment up to 30 on what it held at `held`; its changes list the order of PLACED alone. */
  async function increment(held: number, codes = { a: "code", b: "code" }): Promise<void> {
    await admin.raw(`drop schema if exists intermediate_b cascade; create schema intermediate_b authorization martgraph_builder;
      set role martgraph_builder; create table intermediate_b.int_changed_orders (entity text, entity_id uuid); reset role;`);
    await admin.raw("insert into intermediate_b.int_changed_orders values ('ORDER', md5($1::text || $2)::uuid)", [userId(PLACED.user), PLACED.day]);
    await admin.raw("delete from ops.build where build_id = $1", [HELD]);
    await admin.raw("insert into ops.build (build_id, run_id, slot, cut_pos, cut_committed_at, business_as_of, state) values ($1, gen_random_uuid(), 'b', $2, now(), now(), 'SUPERSEDED')", [HELD, held]);
    for (const [slot, pos] of [["a", 20], ["b", 30]] as const) await admin.raw("update ops.slot_state set complete_pos = $2, cut_pos = $2, code_hash = $3 where slot = $1", [slot, pos, codes[slot]]);
  }
  test("no purchases are read but those of who is in it, and the rest is what a full batch would be", async () => {
    await increment(10);
    await publish("a", await score("a"));
    await fill("b", [...SHOP, PLACED]);
    const changed = await score("b", { changedOnly: true, heldBefore: HELD });
    expect(changed).toMatchObject({ kind: "CHANGED", rescored: 1 });
    const full = await score("b");
    for (const table of ["churn", "user_recommendations", "similar_products", "popular_products"]) expect(await rowsOf(table, changed), table).toEqual(await rowsOf(table, full));
    await admin.raw("update features_b.user_item_interactions set quantity = 9 where user_id = $1", [userId(UNLISTED.user)]);
    expect(await score("b", { changedOnly: true, heldBefore: HELD })).toMatchObject({ rescored: 1 });
    expect(await score("b", { changedOnly: true })).toMatchObject({ rescored: 2 });
  });

  test("an order that went takes its customer along", async () => {
    await increment(10);
    await fill("a", [...SHOP, PLACED]);
    await publish("a", await score("a"));
    await fill("b", SHOP);
    expect(await score("b", { changedOnly: true, heldBefore: HELD })).toMatchObject({ kind: "CHANGED", rescored: 1 });
  });

  test.each([
    ["goes back less far than what readers see, as after a rollback", 25, { a: "code", b: "code" }],
    ["was made by another code than what readers see", 10, { a: "older", b: "code" }],
  ] as const)("a set that %s is not relied upon", async (_why, held, codes) => {
    await increment(held, codes);
    await publish("a", await score("a"));
    await fill("b", SHOP);
    await admin.raw("update features_b.user_item_interactions set quantity = 9 where user_id = $1", [userId(UNLISTED.user)]);
    expect(await score("b", { changedOnly: true, heldBefore: HELD })).toMatchObject({ kind: "CHANGED", rescored: 1 });
  });

  test("what was scored anew is audited all the same", async () => {
    await increment(10);
    await publish("a", await score("a"));
    await fill("b", [...SHOP, PLACED]);
    const churn = { ...champions.churn, scorer: { columns: champions.churn?.scorer.columns, probability: () => 2, segment: () => "HIGH" } };
    await expect(score("b", { changedOnly: true, heldBefore: HELD, champions: { ...champions, churn } as unknown as Champions })).rejects.toThrow(/probabilities lie between 0 and 1/);
  });
});

test("a batch that breaks its audit leaves nothing behind", async () => {
  const broken = { ...champions, churn: champions.churn && { ...champions.churn, version: 99n } } as Champions;
  await expect(score("a", { champions: broken })).rejects.toThrow(PredictionsRefused);
  await expect(score("a", { champions: broken })).rejects.toThrow(/the models' versions are registered: 1/);
  expect((await db.raw("select 1 from predictions.batch")).rowCount).toBe(0);
});

test("the last batches stay, and the one that readers read", async () => {
  const first = await score("a");
  await publish("a", first);
  for (let index = 0; index < 5; index += 1) await score("a");
  const { rows } = await db.raw<{ id: string }>("select id from predictions.batch");
  expect(rows).toHaveLength(4);
  expect(rows.map((row) => row.id)).toContain(first.batchId);
});

test("the first published batch of a month stays to be judged, a year and a month long, and models read it flat", async () => {
  const first = await score("a");
  await publish("a", first);
  const second = await score("a");
  await publish("a", second);
  await score("a");
  for (let index = 0; index < 4; index += 1) await publish("a", await score("a"));
  const told = async () => (await db.raw<{ batch_id: string; is_current: boolean }>("select batch_id, is_current from predictions.told_batch order by made_at")).rows;
  expect(await told()).toEqual([{ batch_id: first.batchId, is_current: false }, { batch_id: expect.any(String), is_current: true }]);
  expect((await db.raw("select 1 from predictions.batch where id = $1", [second.batchId])).rows).toEqual([]);
  const { rows: lists } = await db.raw<{ lists: bigint; longest: bigint; wrong: bigint }>(
    `select count(distinct user_id) as lists, max(place) as longest,
       count(*) filter (where (select r.product_ids[s.place] from predictions.user_recommendations r where r.batch_id = s.batch_id and r.user_id = s.user_id) <> s.product_id) as wrong
     from predictions.told_suggestion s where batch_id = $1`, [first.batchId]);
  expect(lists).toEqual([{ lists: BigInt(customers), longest: 10n, wrong: 0n }]);
  await db.raw("update predictions.batch set as_of = as_of - interval '401 days' where id = $1", [first.batchId]);
  await score("a");
  expect((await told()).map(({ batch_id: id }) => id)).not.toContain(first.batchId);
});

test("serving reads the batch and the versions, and writes nothing", async () => {
  await score("a");
  await using serving = Database.open(databases.warehouse.as("martgraph_serving"));
  expect((await serving.raw("select 1 from predictions.churn")).rowCount).toBe(customers);
  await expect(serving.raw("delete from predictions.churn")).rejects.toThrow(/permission denied/);
  await expect(serving.raw("select 1 from registry.artefact")).rejects.toThrow(/permission denied/);
});

import { expect, test } from "vitest";
import { Database } from "#platform/db/database.ts";
import { useTestDatabases } from "#platform/testing/testDatabase.ts";
import { PERSONAL_DATA } from "#schema/personalData.ts";
import { readPublication } from "../../extract/publication.ts";
import { rollbackBuild, RollbackRefused } from "../../publish/rollback.ts";
import { eraseAgainIn, forgottenErasures } from "../../pipeline/eraseAgain.ts";
import { forgetPredictions } from "../../pipeline/forgetPredictions.ts";
import { SCRUB_RULES } from "../scrubErased.ts";
import { type CaptureBench, expectRawEqualsShop, expectSoundVersions, freshBench } from "./captureHarness.ts";

const databases = useTestDatabases({ shop: true, warehouse: true });
const ID = "0190cafe-0000-7000-8000-00000000cafe";
const OTHER = "0190cafe-0000-7000-8000-00000000beef";
const WORD = "canary";

/** Two people with several versions of everything, and one order of each. */
async function fill({ shop, capture }: CaptureBench): Promise<void> {
  for (const [id, word] of [[ID, WORD], [OTHER, "other"]] as const) {
    await shop.raw("insert into users.users (id, email, display_name, country_code, external_ref, created_at) values ($1, $2 || '@example.test', $2, 'GB', $2, now())", [id, word]);
    await shop.raw("insert into users.addresses (user_id, line1, country_code, country_label, created_at) values ($1, 'x', 'GB', $2, now())", [id, word]);
    await shop.raw("insert into orders.orders (number, user_id, state, currency, placed_at, total_units, exponent, source) values ($2, $1, 'DELIVERED', 'GBP', now(), 450, 2, 'API')", [id, `N-${word.length}-${id.slice(-4)}`]);
    await shop.raw("insert into events.behaviour_events (session_id, user_id, type, search_text, occurred_at) values (gen_random_uuid(), $1, 'SEARCH', $2, now())", [id, word]);
  }
  await capture.catchUp();
  await shop.raw("update users.users set display_name = display_name || ' the second'");
  await shop.raw("update users.addresses set country_label = country_label || ' again'");
  await shop.raw("update orders.orders set state = 'RETURNED'");
  await capture.catchUp();
}

const erase = ({ shop }: CaptureBench) => shop.raw("select users.erase_everywhere($1, now())", [ID]);

/** Tables of raw in which a trace of the person is left. */
async function traces({ warehouse }: CaptureBench): Promise<string[]> {
  const { rows } = await warehouse.raw<{ name: string }>("select relname as name from pg_class where relnamespace = 'raw'::regnamespace and relkind = 'r' order by 1");
  const found: string[] = [];
  for (const { name } of rows) {
    const { rows: hits } = await warehouse.raw<{ n: bigint }>(`select count(*) as n from raw."${name}" t where t::text ~ '${WORD}|${ID}'`);
    if ((hits[0]?.n ?? 0n) > 0n) found.push(name);
  }
  return found;
}

test("an erasure takes the person out of every version of everything, in the transaction that brings it; others stay as they were", async () => {
  const bench = await freshBench(databases);
  await fill(bench);
  expect(await traces(bench)).toEqual(["events__behaviour_events", "orders__orders", "users__addresses", "users__users"]);
  await erase(bench);
  await bench.capture.catchUp();
  // The shell of the account, which says nothing but its own id.
  expect(await traces(bench)).toEqual(["users__users"]);
  const { rows } = await bench.warehouse.raw("select distinct status, display_name, country_code, external_ref from raw.users__users where id = $1", [ID]);
  expect(rows).toEqual([{ status: "ERASED", display_name: null, country_code: null, external_ref: null }]);
  expect((await bench.warehouse.raw("select from raw.users__users where id = $1 and display_name like 'other%'", [OTHER])).rowCount).toBe(2);
  expect((await bench.warehouse.raw("select from raw.orders__orders where user_id = $1", [OTHER])).rowCount).toBe(2);
  await expectRawEqualsShop(bench);
  await bench.shop.raw("select users.settle_erasures(interval '-1 second')");
  await bench.capture.catchUp();
  await expectRawEqualsShop(bench);
});

test("an old copy of the shop that is read again brings nobody back: the ledger is the warehouse's own", async () => {
  const bench = await freshBench(databases);
  await fill(bench);
  await erase(bench);
  await bench.capture.catchUp();
  // The shop as it was before: the person is there, and the shop knows of no erasure. The slot is gone with the server's old life.
  await bench.shop.raw("delete from users.erasures; delete from users.addresses");
  await bench.shop.raw("update users.users set email = 'canary@example.test', display_name = 'canary', status = 'ACTIVE', erased_at = null where id = $1", [ID]);
  await bench.shop.raw("insert into users.addresses (user_id, country_label, created_at) values ($1, 'canary', now())", [ID]);
  await bench.shop.raw("update orders.orders set user_id = $1 where user_id is null", [ID]);
  await bench.shop.raw("select pg_drop_replication_slot($1)", [bench.options.slotName]);
  const report = await bench.capture.catchUp();
  expect(report.snapshot).toBe(true);
  expect(await traces(bench)).toEqual(["users__users"]);
  // An erasure of long ago, as of a copy that is brought back.
  await bench.warehouse.raw("update raw._erasures set scrubbed_at = now() - interval '1 year', erased_at = now() - interval '1 year'");
  await using users = Database.open({ ...databases.shop.as("martgraph_users"), max: 1 });
  const eraseAgain = eraseAgainIn(users);
  const forgotten = await forgottenErasures(bench.warehouse);
  expect(forgotten).toHaveLength(1);
  // What the shop still says of the person in the meantime is taken back with the rest.
  await bench.shop.raw("update users.users set display_name = 'canary the third' where id = $1", [ID]);
  expect(await eraseAgain(forgotten)).toBe(1);
  expect(await eraseAgain(forgotten)).toBe(0);
  await bench.capture.catchUp();
  expect(await forgottenErasures(bench.warehouse)).toEqual([]);
  expect((await bench.warehouse.raw(`select from raw.users__users where display_name ~ '${WORD}'`)).rowCount).toBe(0);
  expect(await traces(bench)).toEqual(["users__users"]);
  await expectRawEqualsShop(bench);
  await expectSoundVersions(bench.warehouse);
});

test("what is published of people has a rule", async () => {
  const bench = await freshBench(databases);
  const unruled = (await readPublication(bench.shop, "martgraph")).flatMap(({ schema, table, rawTable, columns }) => {
    const personal = Object.entries(PERSONAL_DATA[`${schema}.${table}`]?.personal ?? {});
    const rule = SCRUB_RULES.find((one) => one.rawTable === rawTable);
    return columns.filter(({ name }) => personal.some(([column, erase]) => column === name && !erase.startsWith("KEEP")))
      .filter(({ name }) => !rule || (rule.set !== undefined && name !== rule.person && !(name in rule.set))).map(({ name }) => `${rawTable}.${name}`);
  });
  expect(unruled).toEqual([]);
});

test("predictions forget too, and a rollback past an erasure is refused", async () => {
  const bench = await freshBench(databases);
  await fill(bench);
  const { warehouse } = bench;
  const batch = "0190cafe-0000-7000-8000-0000000000aa";
  const builds = ["0190cafe-0000-7000-8000-0000000000b1", "0190cafe-0000-7000-8000-0000000000b2"] as const;
  await warehouse.raw("insert into predictions.batch (id, as_of, kind) values ($1, now(), 'FULL')", [batch]);
  for (const id of [ID, OTHER]) {
    await warehouse.raw("insert into predictions.churn (batch_id, user_id, probability, segment, as_of) values ($1, $2, 0.5, 'LOW', now())", [batch, id]);
    await warehouse.raw("insert into predictions.user_recommendations (batch_id, user_id, product_ids, scores) values ($1, $2, '{}', '{}')", [batch, id]);
  }
  const { rows: [before] } = await warehouse.raw<{ pos: bigint }>("select applied_pos as pos from raw._capture_state");
  for (const [index, slot] of (["a", "b"] as const).entries()) {
    await warehouse.raw(`create schema marts_${slot} create table t (x int)`);
    await warehouse.raw("insert into ops.build (build_id, run_id, slot, cut_pos, cut_committed_at, business_as_of, state) values ($1, gen_random_uuid(), $2, $3, now(), now(), $4)", [builds[index], slot, before?.pos, index === 0 ? "SUPERSEDED" : "PUBLISHED"]);
    await warehouse.raw("update ops.slot_state set build_id = $1, cut_pos = $2, complete_pos = $2 where slot = $3", [builds[index], before?.pos, slot]);
  }
  await warehouse.raw("insert into ops.pointer (slot, build_id, previous_build_id, cut_pos, cut_committed_at, business_as_of, published_at) values ('b', $1, $2, $3, now(), now(), now())", [builds[1], builds[0], before?.pos]);
  await erase(bench);
  await bench.capture.catchUp();
  expect(await forgetPredictions(warehouse)).toBe(2);
  expect((await warehouse.raw("select user_id from predictions.churn")).rows).toEqual([{ user_id: OTHER }]);
  await expect(rollbackBuild(warehouse)).rejects.toThrow(RollbackRefused);
  await expect(rollbackBuild(warehouse)).rejects.toThrow("somebody was erased");
  // A build from after the erasure may be gone back to.
  await warehouse.raw("update ops.build set cut_pos = s.applied_pos from raw._capture_state s; update ops.slot_state set cut_pos = s.applied_pos, complete_pos = s.applied_pos from raw._capture_state s");
  expect(await rollbackBuild(warehouse)).toMatchObject({ buildId: builds[0] });
});

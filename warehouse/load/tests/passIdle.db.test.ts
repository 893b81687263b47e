import { expect, test } from "vitest";
import { useTestDatabases } from "#platform/testing/testDatabase.ts";
import { readSlotStatus } from "../../extract/slot.ts";
import { anotherCapture, category, type CaptureBench, expectRawEqualsShop, freshBench, versions } from "./captureHarness.ts";

const databases = useTestDatabases({ shop: true, warehouse: true });
const fresh = () => freshBench(databases);

const MEGABYTES = 20;
/** What a build does to the server's log, as far as the shop's slot is concerned. */
async function build({ warehouse }: CaptureBench): Promise<void> {
  await warehouse.raw("drop table if exists public.built");
  await warehouse.raw("create table public.built as select repeat(md5(n::text), 30) as filler from generate_series(1, $1 * 1000) n", [MEGABYTES]);
}
const confirmed = async ({ shop, options }: CaptureBench): Promise<bigint> => (await readSlotStatus(shop, options.slotName)).confirmedLsn ?? 0n;
/** The server writes down what it was told a moment later. */
// oxlint-disable-next-line vitest/require-awaited-expect-poll -- every caller awaits it
const soonBeyond = (bench: CaptureBench, lsn: bigint) => expect.poll(() => confirmed(bench), { timeout: 30_000, interval: 20 }).toBeGreaterThan(lsn);

test("the log of a build is passed, and raw stays as it is", async () => {
  const bench = await fresh();
  expect(await bench.capture.passIdle()).toBe(0n);
  await category(bench.shop, "a");
  await bench.capture.catchUp();
  const before = await confirmed(bench);
  await build(bench);
  expect(await bench.capture.passIdle()).toBeGreaterThan(BigInt(MEGABYTES) * 900_000n);
  await soonBeyond(bench, before + BigInt(MEGABYTES) * 900_000n);
  expect(await versions(bench.warehouse)).toEqual(["r a open"]);
  await category(bench.shop, "b");
  expect(await anotherCapture(bench.options).catchUp()).toMatchObject({ snapshot: false, transactions: 1 });
  expect(await versions(bench.warehouse)).toEqual(["r a open", "c b open"]);
  await expectRawEqualsShop(bench);
});

test("it stops before the first change of the shop, which the next catch-up brings, once", async () => {
  const bench = await fresh();
  await bench.capture.catchUp();
  await build(bench);
  await category(bench.shop, "a");
  await build(bench);
  expect(await bench.capture.passIdle()).toBeGreaterThan(BigInt(MEGABYTES) * 900_000n);
  expect(await bench.capture.passIdle()).toBe(0n);
  expect(await versions(bench.warehouse)).toEqual([]);
  expect(await bench.capture.catchUp()).toMatchObject({ snapshot: false, transactions: 1 });
  expect(await versions(bench.warehouse)).toEqual(["c a open"]);
  await expectRawEqualsShop(bench);
});

test("a transaction that began before and commits afterwards is not passed over", async () => {
  const bench = await fresh();
  await bench.capture.catchUp();
  await bench.shop.tx(async (tx) => {
    await tx.raw("insert into catalog.categories (slug, name) values ('slow', 'slow')");
    await build(bench);
    expect(await bench.capture.passIdle()).toBeGreaterThan(0n);
  });
  expect(await bench.capture.catchUp()).toMatchObject({ snapshot: false, transactions: 1 });
  expect(await versions(bench.warehouse)).toEqual(["c slow open"]);
  await expectRawEqualsShop(bench);
});

test("nothing is passed while somebody else reads the slot, or where it is gone", async () => {
  const bench = await fresh();
  await bench.capture.catchUp();
  const stop = new AbortController();
  const other = anotherCapture(bench.options);
  const running = other.run(stop.signal);
  await other.catchUp();
  expect([await other.passIdle(), await bench.capture.passIdle()]).toEqual([0n, 0n]);
  stop.abort();
  await running;
  await expect.poll(async () => (await readSlotStatus(bench.shop, bench.options.slotName)).activePid, { timeout: 30_000 }).toBeUndefined();
  await bench.shop.raw("select pg_drop_replication_slot($1)", [bench.options.slotName]);
  expect(await bench.capture.passIdle()).toBe(0n);
  expect(await bench.capture.catchUp()).toMatchObject({ snapshot: true });
});

import { afterAll, beforeAll, expect, test } from "vitest";
import { proofMode } from "#platform/config.ts";
import { useTestDatabases } from "#platform/testing/testDatabase.ts";
import { fillGenerated } from "#shopdata/generated/fillGenerated.ts";
import { TABLES } from "#shopdata/tables.ts";
import { openRealChain, type RealChain } from "#warehouse/pipeline/tests/realChain.ts";

// Days of a generated shop, carried one after the other from the shop to published marts by the whole pipeline: none may be stopped.
const DAYS = 99;
const MINUTES = 100;
const DAY_MS = 86_400_000;

/** What happens on a day, parents first: the table, and which of its rows are of the days to come. */
const LATER = {
  orders: "placed_at >= $since",
  orderLines: "order_id in (select id from later.orders)",
  orderCharges: "order_id in (select id from later.orders)",
  payments: "order_id in (select id from later.orders)",
  refunds: "refunded_at >= $since or order_id in (select id from later.orders)",
  refundLines: "refund_id in (select id from later.refunds)",
  stockMovements: "occurred_at >= $since",
  behaviourEvents: "occurred_at >= $since",
} as const;
/** Which rows come back on a day that ends at $until. */
const DUE: Readonly<Record<keyof typeof LATER, string>> = {
  ...LATER,
  orders: "placed_at < $until", refunds: "refunded_at < $until", stockMovements: "occurred_at < $until", behaviourEvents: "occurred_at < $until",
  orderLines: "order_id in (select id from orders.orders)", orderCharges: "order_id in (select id from orders.orders)", payments: "order_id in (select id from orders.orders)",
  refundLines: "refund_id in (select id from orders.refunds)",
};
const PARTS = Object.keys(LATER) as (keyof typeof LATER)[];
const bare = (part: keyof typeof LATER) => TABLES[part].table.split(".")[1] ?? "";

const databases = useTestDatabases({ shop: true, warehouse: true });
let chain: RealChain;
/** The business day at whose begin the shop stands first. */
let first: number;

beforeAll(async () => {
  if (!proofMode()) return;
  chain = await openRealChain(databases);
  await fillGenerated({ db: chain.shop, seed: 11, size: "tiny", until: new Date() });
  first = Math.floor(Date.now() / DAY_MS) * DAY_MS - DAYS * DAY_MS;
  const since = `timestamptz '${new Date(first).toISOString()}'`;
  await chain.shop.raw(`create schema later; ${PARTS.map((part) => `create table later.${bare(part)} as select ${TABLES[part].columns.join(", ")} from ${TABLES[part].table} where ${LATER[part].replaceAll("$since", since)}`).join("; ")}`);
  // A shop corrects by new rows only; here days are taken out that did not happen yet.
  const takeOut = PARTS.toReversed().map((part) => `delete from ${TABLES[part].table} where id in (select id from later.${bare(part)})`).join("; ");
  await chain.shop.raw(`alter table catalog.stock_movements disable trigger user; ${takeOut}; alter table catalog.stock_movements enable trigger user`);
}, 120_000);
afterAll(async () => {
  await chain?.[Symbol.asyncDispose]();
});

test("whole builds of successive generated days are published, each of them", async () => {
  if (!proofMode()) {
    console.info("whole builds of successive days take a minute each: `npm run proof` makes them; watchedFaults.db.test.ts judges the days alone");
    return;
  }
  const began = performance.now();
  let builds = 0;
  for (let day = 0; day <= DAYS && performance.now() - began < MINUTES * 60_000; day += 1) {
    const until = first + day * DAY_MS;
    await chain.shop.raw(PARTS.map((part) => {
      const columns = TABLES[part].columns.join(", ");
      const due = DUE[part].replaceAll("$until", `timestamptz '${new Date(until).toISOString()}'`);
      return `with back as (delete from later.${bare(part)} where ${due} returning ${columns}) insert into ${TABLES[part].table} (${columns}) select ${columns} from back`;
    }).join("; "));
    await chain.shop.raw("update platform.clock set offset_ms = $1", [until + 3 * 3_600_000 - Date.now()]);
    const steps = new Map<string, number>();
    const result = await chain.pipeline.run({ trigger: "manual", force: true, onProgress: ({ step, seconds }) => void steps.set(step, Math.round(seconds)) });
    expect(result.state, `${new Date(until).toISOString()}: ${result.reason}`).toBe("SUCCEEDED");
    builds += 1;
    const told = [...steps].filter(([, seconds]) => seconds > 0).map(([step, seconds]) => `${step} ${seconds} s`).join(", ");
    process.stdout.write(`  day ${day} of ${DAYS}: ${Math.round((performance.now() - began) / 1_000)} s in all; ${told}\n`);
  }
  console.info(`${builds} whole builds of successive days: none stopped, in ${Math.round((performance.now() - began) / 1_000)} s`);
  expect(builds).toBe(DAYS + 1);
}, (MINUTES + 5) * 60_000);

import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { expect, test } from "vitest";
import { useSlice } from "#kit/testing/sliceTest.ts";
import { SMALL_SHOP } from "#kit/testing/smallShop.ts";
import { testClocks } from "#kit/testing/testClocks.ts";
import { silentLog } from "#platform/log.ts";
import { sweepUnfinished } from "../commands/sweepUnfinished.ts";
import { createParts } from "../parts.ts";
import { createOrdersSubgraph } from "../subgraph.ts";
import { shopper } from "./shopper.ts";
import { auditShop, endLeases } from "./unreliable.ts";

const slice = useSlice("martgraph_orders", (deps) => createOrdersSubgraph({ ...deps, sweepSeconds: 0 }));

/** A process that buys with the carts; `onAnswer` hears of each answer and may kill it. */
async function buyIn(carts: string[], onAnswer: (answer: string, kill: () => void) => void): Promise<string[]> {
  const settings = JSON.stringify({ config: slice.databases.shop.as("martgraph_orders"), carts, atOnce: 10 });
  const child = spawn(process.execPath, [join(import.meta.dirname, "checkoutWorker.ts"), settings], { stdio: ["ignore", "pipe", "inherit"] });
  const answers: string[] = [];
  createInterface({ input: child.stdout }).on("line", (answer) => {
    answers.push(answer);
    onAnswer(answer, () => child.kill("SIGKILL"));
  });
  await once(child, "close");
  return answers;
}

test("three processes and 210 buyers on the last 60 units, one process killed midway: no unit sold twice, no money without order", async () => {
  const unit = SMALL_SHOP.variant(4);
  await slice.owner.raw("update catalog.stock_levels set on_hand = 60 where variant_id = $1", [unit]);
  const guest = shopper(slice.graph);
  const carts = await Promise.all(Array.from({ length: 210 }, () => guest.cartWith({ 4: 1 })));
  let heard = 0;
  const [first, second, killed] = await Promise.all([
    buyIn(carts.slice(0, 70), () => {}),
    buyIn(carts.slice(70, 140), () => {}),
    buyIn(carts.slice(140), (_answer, kill) => { if (++heard === 5) kill(); }),
  ]);
  expect([first.length, second.length]).toEqual([70, 70]);
  expect(killed.length).toBeLessThan(70);
  await endLeases(slice.owner);
  const parts = createParts({ db: slice.db, clocks: testClocks, log: silentLog });
  while ((await sweepUnfinished(parts)).checkouts > 0) await endLeases(slice.owner);

  const { rows: [shelf] } = await slice.owner.raw("select on_hand::int, reserved::int from catalog.stock_levels where variant_id = $1", [unit]);
  const { rows: [sold] } = await slice.owner.raw<{ units: number }>("select coalesce(sum(quantity), 0)::int as units from orders.order_lines where variant_id = $1", [unit]);
  expect(shelf).toEqual({ on_hand: 60 - (sold?.units ?? 0), reserved: 0 });
  const told = [...first, ...second, ...killed].filter((answer) => answer === "CheckoutCompleteSuccess").length;
  // Every success that was told stands; what the dead process had paid for stands too, though nobody was told.
  expect(sold?.units).toBeGreaterThanOrEqual(told);
  expect(new Set([...first, ...second])).toEqual(new Set(["CheckoutCompleteSuccess", "InsufficientStock"]));
  expect(await auditShop(slice.owner)).toEqual([]);
});

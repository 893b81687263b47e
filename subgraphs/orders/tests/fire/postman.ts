import { setTimeout as wait } from "node:timers/promises";
import type { FakePayments } from "../../ports/fake/createFakePayments.ts";
import { handIn, toldBy } from "../webhooks.ts";
import type { Graph } from "./crew.ts";

/** Delivers what the stand-in tells, out of order, each one to three times at once, some only later, until stopped and all has arrived. */
export function deliverWebhooks(graph: Graph, payments: FakePayments, random: () => number) {
  let [isOn, delivered] = [true, 0];
  const done = (async () => {
    for (;;) {
      const told = await toldBy(payments);
      if (told.length === 0 && !isOn) return;
      const now = told.filter(() => !isOn || random() < 0.7).map((event) => ({ event, place: random() })).sort((a, b) => a.place - b.place).slice(0, 64);
      await Promise.all(now.map(async ({ event }) => {
        const outcomes = await Promise.all(Array.from({ length: 1 + Math.floor(random() * 3) }, () => handIn(graph, event).catch(() => "FAILED")));
        delivered += outcomes.length;
        if (outcomes.includes("ACCEPTED")) await payments.store.markDelivered([event.id]);
      }));
      await wait(now.length > 0 ? 20 : 200);
    }
  })();
  return {
    /** Answers how many deliveries there were. */
    async stop(): Promise<number> {
      isOn = false;
      await done;
      return delivered;
    },
  };
}

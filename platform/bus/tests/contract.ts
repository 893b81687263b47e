import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import type { BusEvent, EventBus, Subscription } from "../bus.ts";

export const anEvent = (aggregateId: string, n: number): BusEvent => ({
  id: randomUUID(), type: "OrderPlaced", version: 1, aggregate: "order", aggregateId, occurredAt: "2011-12-10T09:00:00.000Z", data: { n, note: "ä ♥" },
});
const until = async (holds: () => boolean, ms = 30_000) => {
  for (const deadline = Date.now() + ms; !holds(); await sleep(20)) if (Date.now() > deadline) throw new Error("it did not come to that");
};
const byAggregate = (events: readonly BusEvent[], id: string) => events.filter(({ aggregateId }) => aggregateId === id).map(({ data }) => data["n"]);
const upTo = (count: number) => Array.from({ length: count }, (_, index) => index);

/** What every driver of the bus must do. `open` gives a bus that has kept nothing yet. */
export function busContract(open: () => Promise<EventBus>): void {
  const withBus = async (work: (bus: EventBus, subscribe: (group: string, handle: (event: BusEvent) => Promise<void>) => Promise<Subscription>) => Promise<void>) => {
    const bus = await open();
    try {
      await work(bus, (group, handle) => bus.subscribe(group, handle));
    } finally {
      await bus.close();
    }
  };

  test("every group gets everything, whole, in order per aggregate; a group that comes late begins at the oldest", () => withBus(async (bus, subscribe) => {
    const [a, b] = [randomUUID(), randomUUID()];
    const events = upTo(30).flatMap((n) => [anEvent(a, n), anEvent(b, n)]);
    const [first, late]: [BusEvent[], BusEvent[]] = [[], []];
    await subscribe("first", async (event) => void first.push(event));
    for (let at = 0; at < events.length; at += 7) await bus.publish(events.slice(at, at + 7));
    await until(() => first.length >= 60);
    await subscribe("late", async (event) => void late.push(event));
    await until(() => late.length >= 60);
    for (const got of [first, late]) {
      for (const id of [a, b]) expect(byAggregate(got, id)).toEqual(upTo(30));
      expect(got.find(({ id }) => id === events[3]?.id)).toEqual(events[3]);
    }
  }));

  test("an event whose handler fails comes again before the next of its aggregate", () => withBus(async (bus, subscribe) => {
    const a = randomUUID();
    const seen: unknown[] = [];
    let failures = 0;
    await subscribe("one", async (event) => {
      seen.push(event.data["n"]);
      if (event.data["n"] === 1 && failures++ < 2) throw new Error("not yet");
    });
    await bus.publish(upTo(3).map((n) => anEvent(a, n)));
    await until(() => seen.length >= 5);
    expect(seen).toEqual([0, 1, 1, 1, 2]);
  }));

  test("who comes back to a group goes on where it stopped; what was not handled comes again", () => withBus(async (bus, subscribe) => {
    const a = randomUUID();
    const [before, after]: [BusEvent[], BusEvent[]] = [[], []];
    const subscription = await subscribe("one", async (event) => {
      if (event.data["n"] === 3) throw new Error("never here");
      before.push(event);
    });
    await bus.publish(upTo(5).map((n) => anEvent(a, n)));
    await until(() => before.length === 3);
    await sleep(300);
    await subscription.close();
    await subscribe("one", async (event) => void after.push(event));
    await until(() => after.length >= 2);
    expect(byAggregate(before, a)).toEqual([0, 1, 2]);
    expect([...new Set(byAggregate(after, a))].slice(-2)).toEqual([3, 4]);
  }));

  test("members of a group share the work, and each aggregate keeps its order", () => withBus(async (bus, subscribe) => {
    const ids = Array.from({ length: 24 }, () => randomUUID());
    const got: BusEvent[] = [];
    const perMember = [0, 0];
    for (const member of [0, 1]) {
      await subscribe("shared", async (event) => {
        await sleep(2);
        perMember[member] = (perMember[member] as number) + 1;
        got.push(event);
      });
    }
    for (const n of upTo(10)) await bus.publish(ids.map((id) => anEvent(id, n)));
    await until(() => new Set(got.map(({ id }) => id)).size === 240);
    const distinct = [...new Map(got.map((event) => [event.id, event])).values()];
    for (const id of ids) expect(byAggregate(distinct, id)).toEqual(upTo(10));
    expect(Math.min(...perMember)).toBeGreaterThan(0);
  }));

  test("nothing to publish is nothing; a closed bus takes nothing", async () => {
    const bus = await open();
    await bus.publish([]);
    await bus.close();
    await expect(bus.publish([anEvent(randomUUID(), 1)])).rejects.toThrow();
  });
}

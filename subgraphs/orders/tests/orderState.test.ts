import { describe, expect, test } from "vitest";
import { fc } from "#platform/testing/properties.ts";
import { canBecome, FINAL_STATES, flawsOf, followUnits, mayBring, NEXT_STATES, ORDER_STATES, stateByUnits, type Tally, TRANSITIONS } from "../domain/orderState.ts";

const units = (given: Partial<Tally> = {}): Tally => ({ ordered: 4n, cancelled: 0n, fulfilled: 0n, shipped: 0n, delivered: 0n, returned: 0n, ...given });

describe("the machine", () => {
  test("is sound, and says what each state may become", () => {
    expect(flawsOf(ORDER_STATES, TRANSITIONS, "PLACED", FINAL_STATES)).toEqual([]);
    expect(NEXT_STATES).toEqual({
      PLACED: ["PAID", "CANCELLED"], PAID: ["IN_FULFILMENT", "CANCELLED"], IN_FULFILMENT: ["PAID", "SHIPPED", "DELIVERED", "RETURNED"],
      SHIPPED: ["DELIVERED", "RETURNED"], DELIVERED: ["RETURNED"], RETURNED: [], CANCELLED: [],
    });
  });

  test("a missing way in, a dead end and a step given twice are found", () => {
    const steps = TRANSITIONS.filter((step) => step.to !== "DELIVERED" && step.from !== "SHIPPED");
    expect(flawsOf(ORDER_STATES, [...steps, steps[0] as (typeof steps)[0]], "PLACED", FINAL_STATES))
      .toEqual(["nothing leads from PLACED to DELIVERED", "SHIPPED is a dead end", "PLACED -> PAID stands twice"]);
  });

  test("who may do what: buyers cancel but never ship, vendors ship but never cancel", () => {
    expect(["PLACED", "PAID"].every((from) => mayBring("BUYER", from as "PAID", "CANCELLED") && !mayBring("VENDOR", from as "PAID", "CANCELLED"))).toBe(true);
    expect([mayBring("VENDOR", "PAID", "IN_FULFILMENT"), mayBring("BUYER", "PAID", "IN_FULFILMENT"), mayBring("BUYER", "DELIVERED", "RETURNED")]).toEqual([true, false, false]);
  });
});

describe("the state follows the units", () => {
  test.each([
    ["PAID", units()], ["IN_FULFILMENT", units({ fulfilled: 1n })], ["IN_FULFILMENT", units({ fulfilled: 4n, shipped: 3n })], ["SHIPPED", units({ fulfilled: 4n, shipped: 4n, delivered: 3n })],
    ["SHIPPED", units({ cancelled: 1n, fulfilled: 3n, shipped: 3n })], ["DELIVERED", units({ fulfilled: 4n, shipped: 4n, delivered: 4n, returned: 3n })],
    ["RETURNED", units({ cancelled: 2n, fulfilled: 2n, shipped: 2n, returned: 2n })], ["CANCELLED", units({ cancelled: 4n })],
  ] as const)("%s", (state, tally) => { expect(stateByUnits(tally)).toBe(state); });

  test("an unpaid order stays PLACED; what is over stays over; a delivered order of an import is not paid again", () => {
    expect(followUnits("PLACED", units())).toBe("PLACED");
    expect(followUnits("PLACED", units({ cancelled: 4n }))).toBe("CANCELLED");
    expect(followUnits("DELIVERED", units())).toBe("DELIVERED");
    expect(followUnits("CANCELLED", units())).toBe("CANCELLED");
  });

  test("whatever is done to the units step by step, each change of state is a step of the machine that holds", () => {
    const step = fc.constantFrom("cancel", "pack", "unpack", "ship", "deliver", "back");
    fc.assert(fc.property(fc.bigInt(1n, 4n), fc.array(step, { maxLength: 40 }), (ordered, steps) => {
      let [state, now] = ["PAID" as (typeof ORDER_STATES)[number], { ...units({ ordered }) }];
      for (const verb of steps) {
        const next = { ...now };
        if (verb === "cancel" && now.cancelled + now.fulfilled < ordered) next.cancelled += 1n;
        if (verb === "pack" && now.cancelled + now.fulfilled < ordered) next.fulfilled += 1n;
        if (verb === "unpack" && now.fulfilled > now.shipped) next.fulfilled -= 1n;
        if (verb === "ship" && now.shipped < now.fulfilled) next.shipped += 1n;
        if (verb === "deliver" && now.delivered < now.shipped) next.delivered += 1n;
        if (verb === "back" && now.returned < now.shipped) next.returned += 1n;
        now = next;
        const after = followUnits(state, now);
        if (after !== state) {
          expect(canBecome(state, after), `${state} -> ${after}`).toBe(true);
          expect(TRANSITIONS.find((one) => one.from === state && one.to === after)?.holds(now)).toBe(true);
        }
        state = after;
      }
    }));
  });
});

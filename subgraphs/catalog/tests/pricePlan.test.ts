import { describe, expect, test } from "vitest";
import { fc } from "#platform/testing/properties.ts";
import { money } from "#schema/values/money.ts";
import { isCurrency } from "#schema/values/currencies.ts";
import type { CurrentPrice } from "../domain/price.ts";
import { readContent } from "../domain/priceInput.ts";
import { type PlanChange, planPrices } from "../domain/pricePlan.ts";

const at = (minute: number) => new Date(Date.UTC(2030, 0, 1, 0, minute));
const gbp = (units: number) => ({ amount: money(BigInt(units), "GBP"), compareAt: null });

/** The rows as the table would hold them. */
class Timeline {
  rows: CurrentPrice[] = [];
  #ids = 0;

  change(now: number, change: PlanChange) {
    const standing = this.rows.filter((row) => row.kind !== "TEMPORARY" && row.validFrom <= at(now)).toSorted((a, b) => Number(a.validFrom) - Number(b.validFrom)).at(-1);
    const plan = planPrices(this.rows.filter((row) => row === standing || row.validTo === null || row.validTo > at(now)), at(now), change);
    if (!plan.ok) return plan;
    const { deletes, ends, inserts, placed } = plan.value;
    this.rows = this.rows.filter(({ id }) => !deletes.includes(id)).map((row) => ({ ...row, ...(ends.find(({ id }) => id === row.id) && { validTo: ends.find(({ id }) => id === row.id)?.validTo ?? null }) }));
    const fresh = inserts.map((price) => ({ ...price, id: String((this.#ids += 1)) }));
    this.rows.push(...fresh);
    return { ok: true as const, id: placed === undefined ? undefined : fresh[placed]?.id };
  }

  at(minute: number): number | undefined {
    const holding = this.rows.filter(({ validFrom, validTo }) => validFrom <= at(minute) && (validTo === null || at(minute) < validTo));
    expect(holding.length).toBeLessThanOrEqual(1);
    return holding[0] && Number(holding[0].amount.units);
  }

  periods() {
    return this.rows.toSorted((a, b) => Number(a.validFrom) - Number(b.validFrom)).map((row) => [(Number(row.validFrom) - Number(at(0))) / 60_000, row.validTo && (Number(row.validTo) - Number(at(0))) / 60_000, Number(row.amount.units), row.kind]);
  }
}

describe("planPrices", () => {
  test("a sale lies above the price, which goes on behind it; taken back, nothing is left of it", () => {
    const line = new Timeline();
    line.change(0, { kind: "SET", ...gbp(1000) });
    const sale = line.change(1, { kind: "SCHEDULE", ...gbp(800), from: at(10), until: at(20) });
    expect(line.periods()).toEqual([[0, 10, 1000, "STANDING"], [10, 20, 800, "TEMPORARY"], [20, null, 1000, "RESUMED"]]);
    expect(line.change(5, { kind: "SCHEDULE", ...gbp(700), from: at(19), until: at(30) })).toMatchObject({ ok: false, error: { code: "PRICE_OVERLAP", state: "PLANNED" } });
    expect(line.change(5, { kind: "SCHEDULE", ...gbp(1100), from: at(20), until: null }).ok).toBe(true);
    expect(line.periods()).toEqual([[0, 10, 1000, "STANDING"], [10, 20, 800, "TEMPORARY"], [20, null, 1100, "STANDING"]]);
    line.change(6, { kind: "CANCEL", priceId: sale.ok ? (sale.id as string) : "" });
    expect(line.periods()).toEqual([[0, 20, 1000, "STANDING"], [20, null, 1100, "STANDING"]]);
  });

  test("now means now: a sale that holds ends, one that is planned stays, the same price again changes nothing", () => {
    const line = new Timeline();
    line.change(0, { kind: "SET", ...gbp(1000) });
    line.change(1, { kind: "SCHEDULE", ...gbp(800), from: at(10), until: at(20) });
    line.change(1, { kind: "SCHEDULE", ...gbp(700), from: at(30), until: at(40) });
    line.change(15, { kind: "SET", ...gbp(900) });
    expect(line.periods()).toEqual([[0, 10, 1000, "STANDING"], [10, 15, 800, "TEMPORARY"], [15, 30, 900, "STANDING"], [30, 40, 700, "TEMPORARY"], [40, null, 900, "RESUMED"]]);
    expect(line.change(16, { kind: "SET", ...gbp(900) })).toEqual({ ok: true, id: undefined });
    expect(line.change(16, { kind: "SET", amount: money(9000n, "GBP", 3), compareAt: null })).toEqual({ ok: true, id: undefined });
  });

  test("PRICE_IN_FORCE for one that has begun, PRICE_NOT_FOUND for one that goes on by itself", () => {
    const line = new Timeline();
    line.change(0, { kind: "SET", ...gbp(1000) });
    line.change(1, { kind: "SCHEDULE", ...gbp(800), from: at(10), until: at(20) });
    const [base, sale, resumed] = line.rows as [CurrentPrice, CurrentPrice, CurrentPrice];
    expect(line.change(5, { kind: "CANCEL", priceId: base.id })).toMatchObject({ error: { code: "PRICE_IN_FORCE" } });
    expect(line.change(10, { kind: "CANCEL", priceId: sale.id })).toMatchObject({ error: { code: "PRICE_IN_FORCE" } });
    expect(line.change(10, { kind: "CANCEL", priceId: resumed.id })).toMatchObject({ error: { code: "PRICE_NOT_FOUND" } });
    expect(line.change(10, { kind: "CANCEL", priceId: "nothing" })).toMatchObject({ error: { code: "PRICE_NOT_FOUND" } });
  });

  const step = fc.record({
    wait: fc.integer({ min: 1, max: 6 }), what: fc.constantFrom("SET", "OPEN", "SALE", "CANCEL"), units: fc.integer({ min: 1, max: 4 }),
    ahead: fc.integer({ min: 1, max: 12 }), long: fc.integer({ min: 1, max: 12 }), which: fc.nat(20),
  });
  test("whatever is decided in whatever order: at each moment the price is that of the sale there, else of the last decision; the past never changes", () => {
    fc.assert(fc.property(fc.array(step, { maxLength: 25 }), (steps) => {
      const line = new Timeline();
      let decided: { id: string; from: number; until: number; units: number; isSale: boolean }[] = [];
      const model = (minute: number) => {
        const sale = decided.find((one) => one.isSale && one.from <= minute && minute < one.until);
        return (sale ?? decided.filter((one) => !one.isSale && one.from <= minute).toSorted((a, b) => a.from - b.from).at(-1))?.units;
      };
      let now = 0;
      for (const { wait, what, units, ahead, long, which } of steps) {
        const before = Array.from({ length: (now + wait) * 2 }, (_, half) => line.at(half / 2));
        now += wait;
        const [from, until] = [now + ahead, now + ahead + long];
        if (what === "CANCEL") {
          const one = decided[which % Math.max(1, decided.length)];
          const outcome = line.change(now, { kind: "CANCEL", priceId: one?.id ?? "none" });
          expect(outcome.ok).toBe(one !== undefined && one.from > now);
          if (outcome.ok) decided = decided.filter((other) => other !== one);
        } else if (what === "SET") {
          const outcome = line.change(now, { kind: "SET", ...gbp(units) });
          expect(outcome.ok).toBe(true);
          if (outcome.ok && outcome.id) {
            decided = decided.map((one) => (one.isSale && one.from <= now && now < one.until ? { ...one, until: now } : one));
            decided.push({ id: outcome.id, from: now, until: Infinity, units, isSale: false });
          }
        } else {
          const isSale = what === "SALE";
          const across = decided.some((one) => (isSale
            ? (one.isSale ? one.from < until && from < one.until : one.from > now && from <= one.from && one.from < until)
            : (one.isSale ? one.from <= from && from < one.until : one.from === from)));
          const outcome = line.change(now, { kind: "SCHEDULE", ...gbp(units), from: at(from), until: isSale ? at(until) : null });
          expect(outcome.ok).toBe(!across);
          if (outcome.ok) decided.push({ id: outcome.id as string, from, until: isSale ? until : Infinity, units, isSale });
        }
        expect(Array.from({ length: now * 2 }, (_, half) => line.at(half / 2))).toEqual(before);
        for (let minute = now; minute < now + 40; minute += 1) expect(line.at(minute)).toBe(model(minute));
      }
    }), { numRuns: 300 });
  });
});

describe("readContent", () => {
  const read = (amount: string, currency = "GBP", compareAt: string | null = null) => readContent({ amount, compareAt }, currency);
  test.each([["2.5", 250n, 2], ["2.5000", 250n, 2], ["0.125", 125n, 3], ["0", 0n, 2], ["1000000000000", 100_000_000_000_000n, 2], ["12.345678", 12_345_678n, 6]])("%s GBP", (text, units, exponent) => {
    expect(read(text)).toMatchObject({ ok: true, value: { amount: { units, exponent } } });
  });
  test.each([["100.00", 100n, 0], ["100.5", 1005n, 1]])("%s JPY", (text, units, exponent) => expect(read(text, "JPY")).toMatchObject({ ok: true, value: { amount: { units, exponent } } }));
  test.each(["-1", "-0.01", "1000000000000.01", "999999999999999.999999", "1e3", "NaN", "", " 1", "0x10", "1.2345678", "١"])("INVALID_VALUE: %j is no price", (text) => {
    expect(read(text)).toMatchObject({ ok: false, error: { code: "INVALID_VALUE", path: ["input", "amount"] } });
  });
  test.each(["2.50", "2.49", "-1", "x"])("INVALID_VALUE: %j is nothing to compare 2.50 with", (compareAt) => expect(read("2.50", "GBP", compareAt)).toMatchObject({ ok: false, error: { path: ["input", "compareAt"] } }));
  test.each(["XXX", "XTS", "ZZZ", "DEM", "gbp", "GB", "toString", "XAU"])("INVALID_VALUE: %s is no currency to pay in", (currency) => {
    expect(isCurrency(currency)).toBe(false);
    expect(read("1", currency)).toMatchObject({ ok: false, error: { path: ["input", "currency"] } });
  });
  test("both prices share the finer exponent", () => expect(read("2.5", "GBP", "3.125")).toMatchObject({ value: { amount: { units: 2500n, exponent: 3 }, compareAt: { units: 3125n, exponent: 3 } } }));
});

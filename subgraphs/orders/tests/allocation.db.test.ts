import { expect, test } from "vitest";
import { fc } from "#platform/testing/properties.ts";
import { useSlice } from "#kit/testing/sliceTest.ts";
import { SMALL_SHOP } from "#kit/testing/smallShop.ts";
import { proofMode } from "#platform/config.ts";
import { uuidV7 } from "#schema/values/ids.ts";
import { findBreaches } from "../queries/audit/auditCheck.ts";
import { checks } from "../queries/audit/stock.ts";
import { createReserver } from "../queries/reserver.ts";
import { createOrdersSubgraph } from "../subgraph.ts";

const slice = useSlice("martgraph_orders", (deps) => createOrdersSubgraph({ ...deps, sweepSeconds: 0 }));
const VARIANTS = [1, 2, 3].map(SMALL_SHOP.variant);
/** By priority: the default has 100. */
const WAREHOUSES = [{ code: "NEAR", priority: 10, country: "GB" }, { code: "MAIN", priority: 100, country: null }, { code: "FAR", priority: 900, country: "FR" }] as const;

type Line = { variant: number; units: number };
interface Asked { lines: Line[]; country: "GB" | "FR" | "DE" | null }
/** Free units by variant, then by warehouse in order of priority. */
type Free = number[][];

/** What the rules say, written down anew: which units of which warehouse a request gets, or what is left where it is short. */
function model(free: Free, { lines, country }: Asked): { taken: string[] } | { short: [number, number][] } {
  const wanted = VARIANTS.map((_, variant) => lines.filter((line) => line.variant === variant).reduce((sum, line) => sum + line.units, 0));
  const at = (variant: number) => free[variant] as number[];
  const left = (variant: number) => at(variant).reduce((sum, units) => sum + units, 0);
  const asked = VARIANTS.keys().filter((variant) => (wanted[variant] as number) > 0).toArray();
  const short = asked.filter((variant) => left(variant) < (wanted[variant] as number));
  if (short.length > 0) return { short: short.map((variant) => [variant, left(variant)]) };
  const isNear = (warehouse: number) => country !== null && WAREHOUSES[warehouse]?.country === country;
  const places = [...WAREHOUSES.keys().filter(isNear), ...WAREHOUSES.keys().filter((warehouse) => !isNear(warehouse))];
  const has = (warehouse: number, variant: number) => (at(variant)[warehouse] as number) >= (wanted[variant] as number);
  const all = places.find((warehouse) => asked.every((variant) => has(warehouse, variant)));
  const taken: string[] = [];
  for (const variant of asked) {
    const whole = all ?? places.find((warehouse) => has(warehouse, variant));
    let need = wanted[variant] as number;
    for (const warehouse of whole === undefined ? places : [whole]) {
      const units = Math.min(need, at(variant)[warehouse] as number);
      if (units === 0) continue;
      at(variant)[warehouse] = (at(variant)[warehouse] as number) - units;
      need -= units;
      taken.push(`${units} of ${variant} from ${WAREHOUSES[warehouse]?.code}`);
    }
  }
  return { taken: taken.toSorted((one, other) => (one < other ? -1 : 1)) };
}

const line = fc.record({ variant: fc.nat({ max: 2 }), units: fc.integer({ min: 1, max: 9 }) });
const asked: fc.Arbitrary<Asked> = fc.record({ lines: fc.array(line, { minLength: 1, maxLength: 4 }), country: fc.constantFrom("GB", "FR", "DE", null) });
const stock = fc.array(fc.array(fc.nat({ max: 12 }), { minLength: 3, maxLength: 3 }), { minLength: 3, maxLength: 3 });

test("whatever stands where, whoever asks in whatever order in one transaction: what is held is what the rules say", async () => {
  await slice.owner.raw("insert into catalog.warehouses (code, name, country_code, priority) values ('NEAR', 'Near', 'GB', 10), ('FAR', 'Far', 'FR', 900)");
  const ids = new Map((await slice.owner.raw<{ code: string; id: string }>("select code, id from catalog.warehouses")).rows.map((row) => [row.code, row.id]));
  const reserver = createReserver(slice.db);
  await fc.assert(fc.asyncProperty(stock, fc.array(asked, { minLength: 1, maxLength: 6 }), async (levels, requests) => {
    await slice.owner.raw("select catalog.release_stock(reference_id) from (select distinct reference_id from catalog.reservations) r");
    await slice.owner.raw(
      `select catalog.move_stock(w.variant_id, w.warehouse_id, w.units - coalesce(l.on_hand, 0), 'ADJUSTMENT', 'system', null, null)
       from unnest($1::uuid[], $2::uuid[], $3::int8[]) as w (variant_id, warehouse_id, units)
       left join catalog.inventory_levels l on l.variant_id = w.variant_id and l.warehouse_id = w.warehouse_id where w.units <> coalesce(l.on_hand, 0)`,
      [levels.flatMap((row, variant) => row.map(() => VARIANTS[variant])), levels.flatMap((row) => row.map((_, index) => ids.get(WAREHOUSES[index]?.code ?? ""))), levels.flat()]);
    const references = requests.map(() => uuidV7(new Date()));
    const answers = await Promise.all(requests.map(({ lines, country }, index) =>
      reserver.reserve(references[index] as string, lines.map(({ variant, units }) => ({ variantId: VARIANTS[variant] as string, quantity: BigInt(units) })), new Date(), country)));
    const { rows: holds } = await slice.owner.raw<{ id: string; variant: string; code: string; units: number }>(
      "select r.reference_id as id, r.variant_id as variant, w.code, r.quantity::int as units from catalog.reservations r join catalog.warehouses w on w.id = r.warehouse_id");
    const free = levels.map((row) => [...row]);
    for (const [index, request] of requests.entries()) {
      const expected = model(free, request);
      const taken = holds.filter((hold) => hold.id === references[index]).map((hold) => `${hold.units} of ${VARIANTS.indexOf(hold.variant)} from ${hold.code}`);
      const short = (answers[index] ?? []).map(({ variantId, available }) => [VARIANTS.indexOf(variantId), Number(available)]);
      if ("short" in expected) expect([taken, short]).toEqual([[], expected.short]);
      else expect([taken.toSorted((one, other) => (one < other ? -1 : 1)), short]).toEqual([expected.taken, []]);
    }
    const breaches = (await findBreaches(slice.owner, checks)).filter((breach) => breach.check !== "no unit is held without a purchase under way");
    expect(breaches).toEqual([]);
  }), { numRuns: proofMode() ? 2_000 : 60 });
});

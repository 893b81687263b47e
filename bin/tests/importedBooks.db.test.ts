import { afterAll, beforeAll, expect, test } from "vitest";
import { useSlice } from "#kit/testing/sliceTest.ts";
import { createCatalogSubgraph } from "#subgraphs/catalog/subgraph.ts";
import { GERMAN_FILES, GERMAN_MAPPING } from "#subgraphs/catalog/tests/germanShop.ts";
import { importHarness } from "#subgraphs/catalog/tests/importHarness.ts";
import { expectBooksBalance } from "#subgraphs/orders/tests/books.ts";

const slice = useSlice("martgraph_catalog", createCatalogSubgraph);
let harness: Awaited<ReturnType<typeof importHarness>>;

beforeAll(async () => {
  harness = await importHarness(slice.db);
  await harness.run(GERMAN_MAPPING, await harness.folder(GERMAN_FILES));
}, 60_000);
afterAll(() => harness?.close());

// The audit looks at money and stock of orders that were placed here: it finds nothing, and what was imported adds up by itself.
test("the books balance with orders of the past in them, whose parts and payments come to their totals", async () => {
  const { rows } = await slice.owner.raw(`select o.number from orders.orders o left join orders.payments p on p.order_id = o.id where o.source = 'IMPORT' and o.number like 'A-%' and (p.amount_units is distinct from o.total_units or abs(o.total_units
        - (select sum(x.quantity * x.unit_amount * 10.0 ^ (o.exponent - x.exponent)) from (select l.quantity, l.unit_amount, l.exponent from orders.order_lines l where l.order_id = o.id
          union all select c.quantity, c.unit_amount, c.exponent from orders.order_charges c where c.order_id = o.id) x)) > 0.5)`);
  expect(rows).toEqual([]);
  expect((await slice.owner.raw("select from orders.orders where source = 'IMPORT' and number like 'A-%'")).rowCount).toBeGreaterThan(0);
  await expectBooksBalance(slice.owner);
});

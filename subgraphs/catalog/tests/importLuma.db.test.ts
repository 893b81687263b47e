import { existsSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { useSlice } from "#kit/testing/sliceTest.ts";
import { SMALL_SHOP } from "#kit/testing/smallShop.ts";
import { dataSetsDir } from "#platform/config.ts";
import { readPresets } from "../commands/import/readPresets.ts";
import { createCatalogSubgraph } from "../subgraph.ts";
import { importHarness, type Imported } from "./importHarness.ts";

const LUMA = join(dataSetsDir(), "luma");
const present = existsSync(LUMA);
const slice = useSlice("martgraph_catalog", createCatalogSubgraph);
let harness: Awaited<ReturnType<typeof importHarness>> | undefined;
let first: Imported;
// As a vendor does it: everything is the vendor's, whatever the files say.
const AS_VENDOR = { vendorId: SMALL_SHOP.vendor, may: ["catalog.importTerms"], ownerId: SMALL_SHOP.vera };
const mapping = readPresets().get("luma") ?? "";
beforeAll(async () => {
  if (!present) return;
  harness = await importHarness(slice.db);
  first = await harness.run(mapping, LUMA, AS_VENDOR);
}, 300_000);
afterAll(() => harness?.close());
/** Printed with each test that did not run. */
beforeEach(({ skip }) => skip(!present, `${LUMA} is missing; MARTGRAPH_DATA names the folder of the data sets`));

const one = async (sql: string) => (await slice.owner.raw<{ n: number }>(`select (${sql})::int4 as n`)).rows[0]?.n;
const LUMAS = `p.vendor_id = '${SMALL_SHOP.vendor}' and p.external_ref not like '8512%'`;

// The numbers were counted in the files by another program, with Python's csv.
test("191 products, 147 of them with 1,847 variants of sizes and colours; prices and stock of all 1,891 variants", async () => {
  expect(first.rows.filter(({ outcome, entity }) => outcome === "REFUSED" && entity === "PRODUCT")).toEqual([]);
  expect([first.job.problem, first.job.state]).toEqual([null, "DONE"]);
  expect(await one(`select count(*) from catalog.products p where ${LUMAS} and p.status = 'ACTIVE'`)).toBe(191);
  expect(await one(`select count(*) from (select p.id, count(*) as n from catalog.products p join catalog.variants v on v.product_id = p.id where ${LUMAS} group by p.id having count(*) > 1) x`)).toBe(147);
  expect(await one(`select count(*) from catalog.variants v join catalog.products p on p.id = v.product_id where ${LUMAS}`)).toBe(1_891);
  expect(await one(`select count(distinct v.id) from catalog.variants v join catalog.products p on p.id = v.product_id where ${LUMAS} and (select count(*) from catalog.variant_options o where o.variant_id = v.id) = 2`)).toBeGreaterThanOrEqual(1_847);
  expect(await one(`select count(*) from catalog.sellable_variants p where p.vendor_id = '${SMALL_SHOP.vendor}' and p.currency = 'USD' and p.available = 100`)).toBe(1_891);
});

test("its materials, its tree, descriptions without scripts, and 1,177 links of three kinds", async () => {
  expect(await one(`select count(*) from catalog.product_attributes x join catalog.attributes t on t.id = x.attribute_id join catalog.products p on p.id = x.product_id where ${LUMAS} and t.code = 'material'`)).toBe(457);
  expect(await one("select count(*) from catalog.categories c where c.name = 'Jackets' and (select name from catalog.categories p where p.id = c.parent_id) = 'Tops'")).toBe(2);
  expect(await one("select count(*) from catalog.categories c where c.name in ('Collections', 'Promotions', 'Gear', 'Men', 'Women') and c.parent_id is not null")).toBe(0);
  expect(await one(`select count(*) from catalog.products p where ${LUMAS} and p.description_html ~* '<(script|style|iframe)|on[a-z]+='`)).toBe(0);
  expect((await slice.owner.raw("select kind, count(*)::int4 as n from catalog.product_links group by kind order by kind")).rows).toEqual([{ kind: "CROSS_SELL", n: 538 }, { kind: "RELATED", n: 393 }, { kind: "UP_SELL", n: 246 }]);
  expect(first.rows.filter(({ entity, reason }) => entity === "LINK" && reason !== null).length).toBeGreaterThan(0);
});

test("725 pictures stand at the products that they show", async () => {
  expect(first.rows.filter(({ outcome, entity }) => outcome === "REFUSED" && entity === "MEDIA")).toEqual([]);
  expect(await one("select count(*) from catalog.media m where m.state = 'READY'")).toBe(725);
});

test("348 of its 500 reviews, those of 125 products that its files hold, once the shop's own people bring them in; a vendor may not", async () => {
  expect(first.outcomes["REVIEW REFUSED"]).toBe(500);
  const reviewsOnly = `version: 1\nname: Luma\nsources: { reviews: { files: products_reviews.csv } }\nimports:\n${mapping.slice(mapping.indexOf("  - name: reviews"), mapping.indexOf("  # Every size"))}`;
  const bring = async () => (await harness?.run(reviewsOnly, LUMA))?.outcomes;
  expect(await bring()).toEqual({ "REVIEW CREATED": 348, "REVIEW REFUSED": 152 });
  const counted = async () => (await slice.owner.raw(`select count(*)::int4 as products, sum(ones)::int4 as ones, sum(twos)::int4 as twos, sum(threes)::int4 as threes, sum(fours)::int4 as fours, sum(fives)::int4 as fives from catalog.product_ratings where count > 0`)).rows[0];
  expect(await counted()).toEqual({ products: 125, ones: 17, twos: 50, threes: 90, fours: 109, fives: 82 });
  expect((await slice.owner.raw("select r.average::text, r.count from catalog.product_ratings r join catalog.products p on p.id = r.product_id where p.external_ref in ('24-MB03', '24-MG05') order by 1")).rows)
    .toEqual([{ average: "3.25", count: 4 }, { average: "3.25", count: 4 }]);
  expect(await bring()).toEqual({ "REVIEW UNCHANGED": 348, "REVIEW REFUSED": 152 });
  expect(await counted()).toMatchObject({ products: 125, fours: 109 });
}, 60_000);

test("the same files again change nothing", async () => {
  // Decoding every picture again proves nothing that the first pictures do not.
  const again = await harness?.run(mapping.slice(0, mapping.indexOf("  # Every size")), LUMA, AS_VENDOR);
  expect(Object.keys(again?.outcomes ?? { none: 1 }).filter((name) => !/UNCHANGED|REFUSED/.test(name))).toEqual([]);
}, 120_000);

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { useSlice } from "#kit/testing/sliceTest.ts";
import { SMALL_SHOP } from "#kit/testing/smallShop.ts";
import { dataSetsDir } from "#platform/config.ts";
import { createCatalogSubgraph } from "../subgraph.ts";
import { importHarness, type Imported } from "./importHarness.ts";

const LUMA = join(dataSetsDir(), "luma");
const MAPPING = readFileSync(join(import.meta.dirname, "../../../shopdata/mappings/luma.yml"), "utf8");

describe.skipIf(!existsSync(LUMA))(`the Luma catalogue (needs ${LUMA})`, () => {
  const slice = useSlice("martgraph_catalog", createCatalogSubgraph);
  let harness: Awaited<ReturnType<typeof importHarness>>;
  let first: Imported;
  beforeAll(async () => {
    harness = await importHarness(slice.db);
    // As a vendor does it: everything is the vendor's, whatever the files say.
    first = await harness.run(MAPPING, LUMA, { vendorId: SMALL_SHOP.vendor, may: ["catalog.importTerms"], ownerId: SMALL_SHOP.vera });
  }, 240_000);
  afterAll(() => harness?.close());
  const one = async (sql: string) => (await slice.owner.raw<{ n: number }>(`select (${sql})::int4 as n`)).rows[0]?.n;
  const lumas = `p.vendor_id = '${SMALL_SHOP.vendor}' and p.external_ref not like '8512%'`;

  // Counted in the files by another program (csv of Python), not by this one.
  test("has 191 products, 1,891 variants with price and stock", async () => {
    expect(first.rows.filter(({ outcome, entity }) => outcome === "REFUSED" && entity === "PRODUCT")).toEqual([]);
    expect(first.job.problem).toBeNull();
    expect(first.job.state).toBe("DONE");
    expect(await one(`select count(*) from catalog.products p where ${lumas}`)).toBe(191);
    expect(await one(`select count(*) from catalog.variants v join catalog.products p on p.id = v.product_id where ${lumas}`)).toBe(1_891);
    expect(await one(`select count(*) from catalog.sellable_variants p where p.vendor_id = '${SMALL_SHOP.vendor}' and p.currency = 'USD' and p.available = 100`)).toBe(1_891);
  });

  test("the same files again change nothing", async () => {
    const again = await harness.run(MAPPING, LUMA, { vendorId: SMALL_SHOP.vendor, may: ["catalog.importTerms"], ownerId: SMALL_SHOP.vera });
    expect(Object.keys(again.outcomes).filter((name) => !/UNCHANGED|REFUSED/.test(name))).toEqual([]);
    expect(again.job.refused).toBe(first.job.refused);
  }, 240_000);
});

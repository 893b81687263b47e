import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { useSlice } from "#kit/testing/sliceTest.ts";
import { SMALL_SHOP } from "#kit/testing/smallShop.ts";
import type { Database } from "#platform/db/database.ts";
import { silentLog } from "#platform/log.ts";
import { businessClock, wallClock } from "#platform/clock.ts";
import { folderFiles } from "../commands/import/folderFiles.ts";
import { runImportJob } from "../commands/import/runJob.ts";
import { claimJobById, findJob, insertJob, type Job } from "../queries/import/jobs.ts";
import { createCatalogSubgraph } from "../subgraph.ts";
import { importHarness } from "./importHarness.ts";

const slice = useSlice("martgraph_catalog", createCatalogSubgraph);
let harness: Awaited<ReturnType<typeof importHarness>>;
beforeAll(async () => { harness = await importHarness(slice.db); });
afterAll(() => harness?.close());

const MAPPING = `version: 1
name: many
currency: GBP
sources: { p: { files: products.csv } }
imports:
  - entity: product
    from: p
    group: { by: ref }
    fields: { externalRef: ref, name: name, status: { constant: ACTIVE }, variant.sku: sku, variant.price: price, variant.stock: stock }
`;
const table = (products: number) => ["ref,name,sku,price,stock", ...Array.from({ length: products }, (_, n) => [1, 2].map((v) => `P${n},Product ${n},P${n}-${v},${n % 90}.${v}0,${(n + v) % 50}`)).flat()].join("\n");

/** As a process that is killed leaves it: whoever had the job never says anything more, and its lease runs out. */
async function takeOver(db: Database, job: Job): Promise<Job> {
  const { rows } = await db.raw<{ attempts: number }>("update catalog.import_jobs set attempts = attempts + 1 where id = $1 and state = 'RUNNING' returning attempts", [job.id]);
  return { ...((await findJob(db, job.id)) as Job), attempts: rows[0]?.attempts ?? -1 };
}

describe("an import that is cut off", () => {
  test("goes on behind its last batch: every row once, in the report and in the shop", async () => {
    const files = await folderFiles(await harness.folder({ "products.csv": table(1_500) }));
    const { id } = await insertJob(slice.db, { kind: "IMPORT", ownerId: null, vendorId: null, may: ["catalog.import"], name: "cut", task: MAPPING, files: null, isDryRun: false, onError: "SKIP", bytesTotal: 0n });
    const parts = { db: slice.db, clocks: { business: await businessClock(slice.db), wall: wallClock }, log: silentLog, objects: harness.objects };
    let job = (await claimJobById(slice.db, id, 60)) as Job;
    let cuts = 0;
    for (; cuts < 20; cuts += 1) {
      const mine = job;
      let batches = 0;
      let taken: Promise<Job> | undefined;
      // Another process takes the job while this one is in the middle of a batch: this one finds out when it wants to commit.
      await runImportJob(parts, mine, files, () => { batches += 1; if (batches === 1 + (cuts % 2)) taken = takeOver(slice.owner, mine); });
      if (!taken) break;
      job = await taken;
      if (((await findJob(slice.db, id)) as Job).state !== "RUNNING") break;
    }
    expect(cuts).toBeGreaterThan(2);
    const done = (await findJob(slice.db, id)) as Job;
    expect([done.state, done.created, done.updated, done.unchanged, done.refused, done.reportRows]).toEqual(["DONE", 3_000n, 0n, 0n, 0n, 3_000n]);
    const { rows } = await slice.owner.raw<{ lines: number; seqs: number; variants: number; stock: number; moved: number }>(`select (select count(distinct line)::int4 from catalog.import_report_rows where job_id = $1) as lines, (select max(seq)::int4 from catalog.import_report_rows where job_id = $1) as seqs,
      (select count(*)::int4 from catalog.variants where sku like 'P%-%') as variants, (select sum(s.on_hand)::int4 from catalog.stock_levels s join catalog.variants v on v.id = s.variant_id where v.sku like 'P%-%') as stock,
      (select sum(m.quantity)::int4 from catalog.stock_movements m join catalog.variants v on v.id = m.variant_id where v.sku like 'P%-%') as moved`, [id]);
    const stock = Array.from({ length: 1_500 }, (_, n) => ((n + 1) % 50) + ((n + 2) % 50)).reduce((sum, units) => sum + units, 0);
    expect(rows[0]).toEqual({ lines: 3_000, seqs: 3_000, variants: 3_000, stock, moved: stock });
  }, 120_000);

  test("a row that the database refuses is found among five hundred, and the others go in", async () => {
    await slice.owner.raw("create function catalog.no_thirteen() returns trigger language plpgsql as $$ begin if new.name = 'Product 13' then raise check_violation; end if; return new; end $$; create trigger no_thirteen before insert or update on catalog.products for each row execute function catalog.no_thirteen()");
    const { job, rows } = await harness.run(MAPPING.replace("name: many", "name: thirteen"), await harness.folder({ "products.csv": table(300).replaceAll("P", "Q").replaceAll("Qroduct", "Product") }));
    expect([job.state, job.created, job.refused]).toEqual(["DONE", 598n, 2n]);
    expect(rows.filter(({ outcome }) => outcome === "REFUSED").map(({ key, reason }) => [key, reason])).toEqual([["Q13-1", "the database refuses what this row comes to"], ["Q13-2", "the database refuses what this row comes to"]]);
  }, 60_000);

  test("a file that is broken in its middle keeps what was read before it, and says where", async () => {
    const { job } = await harness.run(MAPPING.replaceAll("products.csv", "products.csv.gz"), await harness.folder({ "products.csv.gz": Buffer.concat([(await import("node:zlib")).gzipSync(table(2_000)).subarray(0, 9_000)]) }));
    expect(job.state).toBe("FAILED");
    expect(job.problem).toBe("products.csv.gz: the packed file is cut off: fetch it again");
    expect(job.unchanged + job.created + job.updated).toBeGreaterThan(0n);
  }, 60_000);
});

describe("attacks", () => {
  const vendor = { vendorId: SMALL_SHOP.vendor, may: [] };
  test("another's products, vendors and references are not there", async () => {
    const mapping = MAPPING.replace("fields: { externalRef: ref,", "fields: { externalRef: ref, vendor: vendor,");
    await slice.owner.raw("insert into users.vendors (slug, name, created_at) values ('rival', 'Rival', now())");
    const { rows } = await harness.run(mapping, await harness.folder({ "products.csv": "ref,name,sku,price,stock,vendor\n85122A,Mine now,85122A,1,1,\nNEW1,Of the rival,NEW1-1,1,1,rival\nNEW2,By code,85123A,1,1,lantern-house\nNEW3,Fine,NEW3-1,1,1,\n" }), vendor);
    expect(rows.map(({ key, outcome, field }) => [key, outcome, field])).toEqual([["85122A", "REFUSED", "externalRef"], ["NEW1-1", "REFUSED", "vendor"], ["85123A", "REFUSED", "variant.sku"], ["NEW3-1", "CREATED", null]]);
    const { rows: names } = await slice.owner.raw<{ name: string }>("select name from catalog.products where external_ref in ('85122A', '85123A') order by external_ref");
    expect(names.map(({ name }) => name)).toEqual(["Regency Cakestand", "Party Bunting"]);
    expect((await slice.owner.raw<{ vendor_id: string }>("select vendor_id from catalog.products where external_ref = 'NEW3'")).rows[0]?.vendor_id).toBe(SMALL_SHOP.vendor);
  });
  test("scripts in descriptions are gone, odd cells refuse their row alone", async () => {
    const mapping = "version: 1\nname: a\ncurrency: GBP\nsources: { p: { files: p.jsonl } }\nimports: [{ entity: product, from: p, fields: { externalRef: ref, name: name, descriptionHtml: html, categories: cats, variant.sku: ref, variant.price: price } }]\n";
    const row = (ref: string, more: object) => JSON.stringify({ ref, name: "N", price: "1", ...more });
    const { rows } = await harness.run(mapping, await harness.folder({ "p.jsonl": [
      row("H1", { html: "<p onclick=x>ok<script>alert(1)</script><img src=x onerror=alert(1)><a href=\"javascript:alert(1)\">l</a></p>" }), row("H2", { name: "a\0b" }), row("H3", { name: "\ud800" }), row("H4", { name: "x".repeat(400_000) }),
      row("H5", { price: "1'; drop table catalog.products; --" }), row("H6", { cats: ["a/".repeat(30)] }), row("H7", { name: { deep: { er: 1 } } }), row("H8", { name: "\u202edrow" }), row("H9", {}), row("H9", { name: "again" }), row("'; select 1", {}),
    ].join("\n") }));
    expect(rows.map(({ key, outcome, field }) => [key, outcome, field])).toEqual([
      ["H1", "CREATED", null], ["H2", "REFUSED", "name"], ["H3", "REFUSED", "name"], ["H4", "REFUSED", "name"], ["H5", "REFUSED", "variant.price"], ["H6", "REFUSED", "categories"], ["H7", "REFUSED", "name"], ["H8", "REFUSED", "name"],
      ["H9", "CREATED", null], ["H9", "REFUSED", null], ["'; select 1", "REFUSED", "variant.sku"],
    ]);
    const { rows: kept } = await slice.owner.raw<{ html: string }>("select description_html as html from catalog.products where external_ref = 'H1'");
    expect(kept[0]?.html).not.toMatch(/script|onerror|onclick|javascript/i);
  });
  test("pictures come from the import's folder alone", async () => {
    const mapping = "version: 1\nname: m\nsources: { m: { files: m.csv } }\nimports: [{ entity: media, from: m, fields: { product: ref, files: file } }]\n";
    const folder = await harness.folder({ "m.csv": "ref,file\n85122A,../../../etc/passwd\n85122A,/etc/passwd\n85122A,http://169.254.169.254/x\n85122A,m.csv\n85122A,link.png\nNONE,m.csv\n" });
    await (await import("node:fs/promises")).symlink("/etc/passwd", `${folder}/link.png`);
    const { rows } = await harness.run(mapping, folder);
    expect(rows.map(({ outcome, field }) => [outcome, field])).toEqual([...Array(5).fill(["REFUSED", "files"]), ["REFUSED", "product"]]);
  });
  test("a header that lacks what the mapping names is told before anything is read", async () => {
    const { job } = await harness.run(MAPPING, await harness.folder({ "products.csv": "ref,name,code\nA,B,C\n" }));
    expect(job).toMatchObject({ state: "FAILED", problem: "products.csv, line 1: the mapping names columns that the file does not have: sku, price, stock", refused: 0n });
  });
});

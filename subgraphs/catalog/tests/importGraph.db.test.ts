import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { person } from "#kit/testing/graphOf.ts";
import { useSlice } from "#kit/testing/sliceTest.ts";
import { SMALL_SHOP } from "#kit/testing/smallShop.ts";
import type { Viewer } from "#kit/viewer.ts";
import { openObjectStore, type ObjectsOptions } from "#platform/objects/open.ts";
import { cleanHtml, textOfHtml } from "#platform/richText.ts";
import { silentLog } from "#platform/log.ts";
import { encodeId } from "#schema/values/ids.ts";
import { runExportJob } from "../commands/import/runExport.ts";
import { runNextJob } from "../commands/import/runJob.ts";
import { createCatalogSubgraph } from "../subgraph.ts";
import { testClocks } from "#kit/testing/testClocks.ts";

const objects: ObjectsOptions = { dir: mkdtempSync(join(tmpdir(), "martgraph-import-graph-")), secret: Buffer.alloc(32, 7).toString("base64url") };
afterAll(() => rmSync(objects.dir, { recursive: true, force: true }));
const STOCK = "version: 1\nname: stock\nsources: { s: { files: stock.csv } }\nimports: [{ entity: stock, from: s, fields: { sku: sku, quantity: qty } }]\n";
const slice = useSlice("martgraph_catalog", (deps) => createCatalogSubgraph({ ...deps, objects, presets: new Map([["stock", STOCK]]) }));
const root = person(SMALL_SHOP.root, "ADMIN");
const vera: Viewer = { ...person(SMALL_SHOP.vera, "VENDOR"), vendorIds: [SMALL_SHOP.vendor] };
const other: Viewer = { ...person(SMALL_SHOP.bob, "VENDOR"), vendorIds: ["01900002-0000-7000-8000-0000000000ff"] };

const HTML = cleanHtml("<p>a, \"b\"<br />=1+1</p>");
let keys = 0;
const JOB = "id kind state name dryRun onError phase percent problem mapping counts { created updated unchanged refused } report(first: 50) { nodes { file line entity key outcome field reason } pageInfo { hasNextPage endCursor } } file { url bytes }";
const START = `mutation ($input: ImportStartInput!) { importStart(input: $input) { __typename
  ... on ImportStartSuccess { job { ${JOB} } } ... on UserError { code message path } ... on InvalidMapping { problems { line path message } } ... on TooManyImports { limit } } }`;
const start = async (input: object, viewer: Viewer = root) => {
  keys += 1;
  const { data, errors } = await slice.graph.as(viewer).run(START, { input: { idempotencyKey: `key-${keys}`, ...input } });
  return errors ? { __typename: errors[0]?.extensions?.["code"], message: errors[0]?.message } : data["importStart"];
};
const inline = (text: string, name = "stock.csv") => ({ inlineFiles: [{ name, text }] });
const work = async () => {
  const store = await openObjectStore(objects);
  while (await runNextJob({ db: slice.db, clocks: testClocks, log: silentLog, objects: store }, runExportJob));
  await store.close();
};
const job = async (id: string, viewer: Viewer = root) => (await slice.graph.as(viewer).run(`query ($id: ID!) { importJob(id: $id) { ${JOB} } }`, { id })).data["importJob"];

describe("importStart", () => {
  test("ImportStartSuccess: a preset over a file in the request, with a report of every row", async () => {
    const begun = await start({ preset: "stock", ...inline("sku,qty\n85121A,7\n85122A,1000\nNONE,1\n85123A,many\n") });
    expect(begun).toMatchObject({ __typename: "ImportStartSuccess", job: { state: "QUEUED", percent: 0, dryRun: false } });
    await work();
    const done = await job(begun.job.id);
    expect(done).toMatchObject({ state: "DONE", percent: 100, problem: null, counts: { created: 0, updated: 1, unchanged: 1, refused: 2 } });
    expect(done.report.nodes).toEqual([
      { file: "stock.csv", line: 2, entity: "STOCK", key: "85121A", outcome: "UPDATED", field: null, reason: null },
      { file: "stock.csv", line: 3, entity: "STOCK", key: "85122A", outcome: "UNCHANGED", field: null, reason: null },
      { file: "stock.csv", line: 4, entity: "STOCK", key: "NONE", outcome: "REFUSED", field: "sku", reason: "there is no variant with this SKU whose stock you keep" },
      { file: "stock.csv", line: 5, entity: "STOCK", key: "85123A", outcome: "REFUSED", field: "quantity", reason: "this is no whole number" },
    ]);
    expect(done.file.url).toMatch(/^\/downloads\/imports\/[0-9a-f-]{36}\/report\.jsonl\?/);
  });

  test("the same call again gets the same job", async () => {
    const input = { preset: "stock", ...inline("sku,qty\n85121A,7\n"), idempotencyKey: "once" };
    const first = await start(input);
    expect((await start(input)).job.id).toBe(first.job.id);
    expect((await start({ ...input, ...inline("sku,qty\n85121A,8\n") })).__typename).toBe("IdempotencyConflict");
    await work();
  });

  test("a dry run tells what it would do, and does nothing", async () => {
    const { job: begun } = await start({ preset: "stock", ...inline("sku,qty\n85121A,99\n"), dryRun: true });
    await work();
    expect(await job(begun.id)).toMatchObject({ state: "DONE", dryRun: true, phase: "CHECK", counts: { updated: 1 } });
    const { rows } = await slice.owner.raw<{ on_hand: bigint }>("select on_hand from catalog.stock_levels where variant_id = $1", [SMALL_SHOP.variant(1)]);
    expect(rows[0]?.on_hand).toBe(7n);
  });

  test("REJECT_ALL: one bad row, and nothing goes in", async () => {
    const { job: begun } = await start({ preset: "stock", ...inline("sku,qty\n85121A,55\nNONE,1\n"), onError: "REJECT_ALL" });
    await work();
    expect(await job(begun.id)).toMatchObject({ state: "REJECTED", problem: "1 rows would be refused, so none was taken", counts: { updated: 1, refused: 1 } });
    const good = await start({ preset: "stock", ...inline("sku,qty\n85121A,55\n"), onError: "REJECT_ALL" });
    await work();
    expect(await job(good.job.id)).toMatchObject({ state: "DONE", phase: "RUN", counts: { updated: 1, refused: 0 } });
  });

  test("InvalidMapping: every problem with its line and key", async () => {
    expect(await start({ mapping: STOCK.replace("qty", "qty, colour: x"), ...inline("x") })).toMatchObject({
      __typename: "InvalidMapping", path: ["input", "mapping"], problems: [{ line: 4, path: "imports[0].fields.colour", message: 'a stock has no field "colour"; it has sku, warehouse, quantity' }],
    });
    expect((await start({ mapping: "version: 1\n  name: [", ...inline("x") })).__typename).toBe("InvalidMapping");
  });

  test.each([
    ["no such preset", { preset: "nothing", ...inline("x") }, ["input", "preset"]],
    ["two mappings", { preset: "stock", mapping: STOCK, ...inline("x") }, ["input", "mapping"]],
    ["no file", { preset: "stock" }, ["input", "fileIds"]],
    ["a path upwards", { preset: "stock", ...inline("x", "../stock.csv") }, ["input", "inlineFiles", "0", "name"]],
    ["too large for the request", { preset: "stock", ...inline("x".repeat(65_537)) }, ["input", "inlineFiles", "0", "text"]],
    ["an id of something else", { preset: "stock", ...inline("x"), vendorId: "prd_00000000000000000000000000000000" }, ["input", "vendorId"]],
  ])("InvalidValue: %s", async (_what, input, path) => {
    expect(await start(input)).toMatchObject({ __typename: "InvalidValue", path });
  });

  test("ImportFileNotFound: another's file and an id of something else are not there", async () => {
    const upload = await slice.graph.as(vera).run('mutation { importUploadStart(input: { name: "stock.csv", size: "10" }) { ... on ImportUploadStartSuccess { fileId } } }');
    expect((await start({ preset: "stock", fileIds: [upload.data["importUploadStart"].fileId] })).__typename).toBe("ImportFileNotFound");
    expect((await start({ preset: "stock", fileIds: [encodeId("prd", SMALL_SHOP.product(1))] })).__typename).toBe("ImportFileNotFound");
  });

  test("InvalidIdempotencyKey, and RequestInProgress while a call with the key runs", async () => {
    expect((await start({ preset: "stock", ...inline("x"), idempotencyKey: "" })).__typename).toBe("InvalidIdempotencyKey");
    await slice.owner.raw("insert into catalog.idempotency_keys (actor, operation, key, request_hash, state, lease_until) select actor, operation, 'running', request_hash, 'RUNNING', now() + interval '1 minute' from catalog.idempotency_keys where key = 'once' limit 1");
    expect((await start({ preset: "stock", ...inline("sku,qty\n85121A,7\n"), idempotencyKey: "running" })).__typename).toBe("RequestInProgress");
  });

  test("TooManyImports: five at a time", async () => {
    const begun = [];
    for (let n = 0; n < 5; n += 1) begun.push(await start({ preset: "stock", ...inline(`sku,qty\n85121A,${n}\n`) }, vera));
    expect(begun.map(({ __typename }) => __typename)).toEqual(Array(5).fill("ImportStartSuccess"));
    expect(await start({ preset: "stock", ...inline("sku,qty\n85121A,9\n") }, vera)).toMatchObject({ __typename: "TooManyImports", limit: 5 });
    await work();
  });

  test("who sells for a vendor changes that vendor's products alone, and sees their own jobs alone", async () => {
    const { job: begun } = await start({ preset: "stock", ...inline("sku,qty\n85121A,3\n85122A,3\n") }, vera);
    await work();
    expect((await job(begun.id, vera)).report.nodes.map(({ outcome }: { outcome: string }) => outcome)).toEqual(["UPDATED", "REFUSED"]);
    expect(await job(begun.id, other)).toBeNull();
    expect((await start({ preset: "stock", ...inline("x"), vendorId: encodeId("ven", "01900002-0000-7000-8000-0000000000ff") }, vera)).__typename).toBe("InvalidValue");
    expect((await start({ preset: "stock", ...inline("x") }, person(SMALL_SHOP.ada))).__typename).toBe("FORBIDDEN");
  });
});

describe("importUploadStart", () => {
  const UPLOAD = "mutation ($input: ImportUploadStartInput!) { importUploadStart(input: $input) { __typename ... on ImportUploadStartSuccess { fileId url contentType } ... on UserError { path } } }";
  test("ImportUploadStartSuccess: a signed place for the bytes, which an import then reads", async () => {
    const body = "sku,qty\n85124A,12\n";
    const { data } = await slice.graph.as(root).run(UPLOAD, { input: { name: "stock.csv", size: String(body.length) } });
    const { fileId, url, contentType } = data["importUploadStart"];
    expect(url).toMatch(/^\/uploads\/imports\/files\//);
    const store = await openObjectStore(objects);
    await store.put(new URL(url, "http://x").pathname.slice("/uploads/".length), Buffer.from(body), { contentType });
    await store.close();
    const begun = await start({ preset: "stock", fileIds: [fileId] });
    await work();
    expect(await job(begun.job.id)).toMatchObject({ state: "DONE", counts: { updated: 1 } });
  });
  test("InvalidValue: names that lead elsewhere, sizes that no file has", async () => {
    for (const input of [{ name: "../../etc/passwd", size: "1" }, { name: "/etc/passwd", size: "1" }, { name: "a\0b", size: "1" }, { name: "C:\\x", size: "1" }, { name: "a.csv", size: "0" }, { name: "a.csv", size: "99999999999999" }]) {
      expect((await slice.graph.as(root).run(UPLOAD, { input })).data["importUploadStart"].__typename, JSON.stringify(input)).toBe("InvalidValue");
    }
  });
  test("a file whose bytes never came fails its import with a sentence", async () => {
    const { data } = await slice.graph.as(root).run(UPLOAD, { input: { name: "stock.csv", size: "5" } });
    const begun = await start({ preset: "stock", fileIds: [data["importUploadStart"].fileId] });
    await work();
    expect(await job(begun.job.id)).toMatchObject({ state: "FAILED", problem: "stock.csv: the file was never handed in, or is gone: hand it in again" });
  });
});

describe("importCancel", () => {
  const CANCEL = "mutation ($id: ID!) { importCancel(input: { id: $id }) { __typename ... on ImportCancelSuccess { job { state } } ... on ImportOver { state } ... on UserError { path } } }";
  const cancel = async (id: string, viewer: Viewer = root) => (await slice.graph.as(viewer).run(CANCEL, { id })).data["importCancel"];
  test("ImportCancelSuccess: one that waits is over at once; ImportOver when it is; ImportNotFound for another's", async () => {
    const { job: begun } = await start({ preset: "stock", ...inline("sku,qty\n85121A,1\n") }, vera);
    expect(await cancel(begun.id, other)).toMatchObject({ __typename: "ImportNotFound" });
    expect(await cancel(encodeId("prd", SMALL_SHOP.product(1)))).toMatchObject({ __typename: "ImportNotFound" });
    expect(await cancel(begun.id, vera)).toEqual({ __typename: "ImportCancelSuccess", job: { state: "CANCELLED" } });
    expect(await cancel(begun.id, vera)).toMatchObject({ __typename: "ImportOver", state: "CANCELLED" });
  });
});

describe("exportStart", () => {
  const EXPORT = `mutation ($input: ExportStartInput!) { exportStart(input: $input) { __typename ... on ExportStartSuccess { job { ${JOB} } } ... on UserError { code path } } }`;
  const exported = async (input: object, viewer: Viewer = root) => {
    keys += 1;
    return (await slice.graph.as(viewer).run(EXPORT, { input: { idempotencyKey: `key-${keys}`, ...input } })).data["exportStart"];
  };
  const read = async (url: string) => {
    const store = await openObjectStore(objects);
    const found = await store.get(new URL(url, "http://x").pathname.slice("/downloads/".length));
    const chunks: Buffer[] = [];
    for await (const chunk of found?.body ?? []) chunks.push(chunk as Buffer);
    await store.close();
    return Buffer.concat(chunks).toString();
  };

  test.each([["PRODUCT", "CSV"], ["PRODUCT", "JSONL"], ["STOCK", "CSV"], ["PRICE", "JSONL"], ["LINK", "CSV"]])("ExportStartSuccess: %s as %s comes in again and finds everything unchanged", async (entity, format) => {
    await slice.owner.raw("update catalog.products set name = '=HYPERLINK(\"http://evil\",\"x\")', description_html = $2, description = $3 where id = $1", [SMALL_SHOP.product(2), HTML, textOfHtml(HTML)]);
    await slice.owner.raw("insert into catalog.product_links (product_id, linked_id, kind) values ($1, $2, 'RELATED') on conflict do nothing", [SMALL_SHOP.product(2), SMALL_SHOP.product(3)]);
    const begun = await exported({ entity, format });
    expect(begun.__typename).toBe("ExportStartSuccess");
    await work();
    const done = await job(begun.job.id);
    expect(done).toMatchObject({ state: "DONE", kind: "EXPORT", problem: null });
    const text = await read(done.file.url);
    // No cell begins as a formula does, in a spreadsheet's eyes.
    if (format === "CSV") expect(text.split(/\r\n/).filter((line) => /(^|,)"?[=+@]/.test(line))).toEqual([]);
    if (entity === "PRODUCT" && format === "CSV") expect(text).toContain("\"'=HYPERLINK(");
    const again = await start({ mapping: done.mapping, ...inline(text, done.name) });
    expect(again.__typename, again.message).toBe("ImportStartSuccess");
    await work();
    const back = await job(again.job.id);
    expect(back.problem).toBeNull();
    expect({ changed: back.report.nodes.filter(({ outcome }: { outcome: string }) => outcome !== "UNCHANGED"), some: back.counts.unchanged > 0 }).toEqual({ changed: [], some: true });
  });

  test("a vendor's export holds the vendor's products alone; guests get none", async () => {
    const begun = await exported({ entity: "STOCK" }, vera);
    await work();
    const text = await read((await job(begun.job.id, vera)).file.url);
    expect(text.split("\r\n").map((line) => line.split(",")[0])).toEqual(["sku", "85121A", "85126A", ""]);
    expect(await job(begun.job.id, other)).toBeNull();
  });

  test("InvalidValue: what cannot go out, another's vendor, a currency that is none", async () => {
    for (const input of [{ entity: "CUSTOMER" }, { entity: "STOCK", vendorId: "usr_1" }, { entity: "PRICE", currency: "XYZ" }]) {
      expect((await exported(input)).__typename ?? "BAD_USER_INPUT").toMatch(/InvalidValue|BAD_USER_INPUT/);
    }
  });
});

test("importJobs: one's own, or all for who may import everything; importPresets names mappings", async () => {
  const names = async (viewer: Viewer) => (await slice.graph.as(viewer).run("{ importJobs(first: 100) { nodes { id } edges { cursor } } importPresets }")).data;
  const [all, own] = [await names(root), await names(vera)];
  expect(all["importPresets"]).toEqual(["stock"]);
  expect(own["importJobs"].nodes.length).toBeGreaterThan(0);
  expect(own["importJobs"].nodes.length).toBeLessThan(all["importJobs"].nodes.length);
});

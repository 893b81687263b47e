import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { fillSmallShop, SMALL_SHOP } from "#kit/testing/smallShop.ts";
import { Database } from "#platform/db/database.ts";
import { useTestDatabases } from "#platform/testing/testDatabase.ts";
import { encodeId } from "#schema/values/ids.ts";
import { type Data, serveTestGraph, type ServedGraph, type Shape } from "./servedGraph.ts";

const SHAPES: readonly Shape[] = ["one process", "six processes"];
const PICTURE = await sharp({ create: { width: 500, height: 400, channels: 3, background: "teal" } }).png().toBuffer();

describe.each(SHAPES)("pictures in %s", (shape) => {
  const databases = useTestDatabases({ shop: true, warehouse: true });
  let graph: ServedGraph;
  let token: string;
  beforeAll(async () => {
    await using owner = Database.open(databases.shop.config);
    await fillSmallShop(owner);
    graph = await serveTestGraph(shape, databases.shop, databases.warehouse);
    token = await graph.tokenFor(SMALL_SHOP.vera, ["VENDOR"], [SMALL_SHOP.vendor]);
  });
  afterAll(() => graph?.close());
  const done = async (operation: string, input: object): Promise<Data> => {
    const { data, errors } = await graph.run(operation, { input }, token);
    expect([operation, errors]).toEqual([operation, []]);
    return data[Object.keys(data)[0] as string];
  };
  const started = async () => (await done("MediaUploadStart", { productId: encodeId("prd", SMALL_SHOP.product(1)), fileName: "lantern.png", contentType: "image/png", size: PICTURE.length, alt: "A lantern" }))["upload"];
  const put = (upload: Data, body: Uint8Array<ArrayBuffer> = new Uint8Array(PICTURE), headers: Data = Object.fromEntries(upload["headers"].map(({ name, value }: Record<string, string>) => [name, value]))) =>
    fetch(new URL(upload["url"], graph.url), { method: upload["method"], headers, body });

  test("MediaUploadStart, PUT, MediaUploadComplete: a vendor's picture is on the product's page", async () => {
    const upload = await started();
    expect([(await put(upload)).status, (await graph.run("MediaUploadStart", { input: {} })).errors.length > 0]).toEqual([200, true]);
    const { media } = await done("MediaUploadComplete", { id: upload.id });
    expect(media).toMatchObject({ alt: "A lantern", width: 500, height: 400, url: expect.stringMatching(/^\/media\/[0-9a-f]{64}\/w320\.webp$/) });
    const shown = await fetch(new URL(media.url, graph.url));
    expect([shown.status, shown.headers.get("content-type"), shown.headers.get("cache-control"), shown.headers.get("content-security-policy"), shown.headers.get("x-content-type-options")]).toEqual([200, "image/webp", "public, max-age=31536000, immutable", "default-src 'none'; sandbox", "nosniff"]);
    expect(await sharp(Buffer.from(await shown.arrayBuffer())).metadata()).toMatchObject({ format: "webp", width: 320, height: 256 });
    const known = await fetch(new URL(media.url, graph.url), { headers: { "if-none-match": shown.headers.get("etag") ?? "" } });
    expect([known.status, (await known.arrayBuffer()).byteLength]).toEqual([304, 0]);
    expect((await fetch(new URL(media.url, graph.url), { method: "HEAD" })).headers.get("content-length")).toBe(String(media && shown.headers.get("content-length")));
  });

  test("what waits, what is not there and what leads elsewhere is not handed out", async () => {
    const upload = await started();
    expect((await put(upload)).status).toBe(200);
    const id = (upload.url as string).slice("/uploads/incoming/".length).split("?")[0];
    for (const path of [`/media/../incoming/${id}`, `/media/%2e%2e/incoming/${id}`, `/incoming/${id}`, `/media/incoming/${id}`, "/media/", "/media/.x", `/media/${"0".repeat(64)}/w96.webp`, "/media/..%2f..%2fsecrets.json"]) {
      const { status, headers } = await fetch(`${graph.url}${path}`);
      expect([path, status, headers.get("content-type")]).toEqual([path, 404, expect.stringContaining("json")]);
    }
    expect((await fetch(`${graph.url}/media/x`, { method: "DELETE" })).status).toBe(405);
    expect((await fetch(new URL(upload.url, graph.url))).status).toBe(405);
  });

  test("a body of another length, type or place is refused with a reason", async () => {
    const upload = await started();
    expect((await put(upload, new Uint8Array(PICTURE.subarray(1)))).status).toBe(400);
    expect((await put(upload, new Uint8Array([...PICTURE, 0]))).status).toBe(413);
    const other = await put(upload, undefined, { "content-type": "image/svg+xml" });
    expect([other.status, await other.json()]).toEqual([400, { error: expect.stringContaining("image/png") }]);
    expect((await put({ ...upload, url: upload.url.replace("incoming", "media") })).status).toBe(403);
    expect(await graph.run("MediaUploadComplete", { input: { id: upload.id } }, token)).toMatchObject({ data: { mediaUploadComplete: { __typename: "MediaNotUploaded" } } });
  });
});


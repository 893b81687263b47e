import { randomBytes } from "node:crypto";
import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { SMALL_SHOP } from "#kit/testing/smallShop.ts";
import { readAll } from "#platform/objects/store.ts";
import { encodeId } from "#schema/values/ids.ts";
import { drawn, NOWHERE, productId, usePictures, variantId, vera } from "./pictures.ts";

const { slice, store, call, start, uploaded, shown } = await usePictures();

describe("uploading a picture", () => {
  test("MediaUploadStartSuccess: a place of its own, at an address that says what it takes and until when", async () => {
    const { upload } = await start(await drawn(), { alt: "The lantern from the front" });
    expect(upload).toMatchObject({ method: "PUT", headers: [{ name: "content-type", value: "image/jpeg" }] });
    expect(upload.url).toMatch(/^\/uploads\/incoming\/[0-9a-f-]{36}\?type=image%2Fjpeg&size=\d+&until=\d+&signature=/);
    expect((await shown()).media).toEqual([]);
  });

  test("MediaUploadCompleteSuccess: encoded anew in all sizes, told of, and gone from where it waited", async () => {
    const bytes = await drawn("jpeg", { width: 1_000, height: 500 });
    const { answer, key } = await uploaded(bytes, { alt: "The lantern" });
    expect(answer).toMatchObject({ __typename: "MediaUploadCompleteSuccess", media: { width: 1_000, height: 500, alt: "The lantern", position: 0, variant: null } });
    expect(answer.media.renditions.map(({ width, height }: { width: number; height: number }) => [width, height])).toEqual([[96, 48], [320, 160], [800, 400], [1_000, 500]]);
    for (const { url, bytes: length } of answer.media.renditions as { url: string; bytes: number }[]) {
      const stored = await store.get(url.slice(1));
      const body = stored && (await readAll(stored.body, 1_000_000));
      expect([stored?.contentType, body?.length, body?.subarray(8, 12).toString()]).toEqual(["image/webp", length, "WEBP"]);
    }
    expect(await store.head(key)).toBeUndefined();
    expect((await shown()).media).toMatchObject([{ id: answer.media.id, url: expect.stringMatching(/^\/media\/[0-9a-f]{64}\/w320\.webp$/) }]);
    expect((await slice.owner.raw<{ type: string }>("select type from platform.outbox")).rows).toEqual([{ type: "ProductChanged" }]);
  });

  test.each(["png", "webp", "avif", "gif"] as const)("MediaUploadCompleteSuccess: %s is taken, and stored as WebP", async (type) => {
    expect((await uploaded(await drawn(type), { contentType: `image/${type}` })).answer).toMatchObject({ __typename: "MediaUploadCompleteSuccess", media: { width: 400, height: 300 } });
  });

  test("MediaUploadCompleteSuccess: the same call again, and eight at once, answer the same picture", async () => {
    const bytes = await drawn();
    const { upload } = await start(bytes);
    await store.put(upload.url.slice(9).split("?")[0], bytes, { contentType: "image/jpeg" });
    const answers = await Promise.all(Array.from({ length: 8 }, () => call("mediaUploadComplete", { id: upload.id })));
    // Who comes when the bytes are gone and the row is ready is answered from the row.
    expect(new Set(answers.flatMap((answer) => answer.media?.id ?? []))).toEqual(new Set([upload.id]));
    expect(await call("mediaUploadComplete", { id: upload.id })).toMatchObject({ media: { id: upload.id } });
    expect((await shown()).media).toHaveLength(1);
  });

  test("MediaUploadCompleteSuccess: a picture that the product has is answered as the one that is there; another product stores nothing anew", async () => {
    const bytes = await drawn();
    const first = await uploaded(bytes);
    const again = await uploaded(bytes);
    expect(again.answer.media.id).toBe(first.id);
    const elsewhere = await uploaded(bytes, { productId: productId(2) });
    expect(elsewhere.answer.media.id).not.toBe(first.id);
    expect(elsewhere.answer.media.url).toBe(first.answer.media.url);
    expect((await shown()).media).toHaveLength(1);
  });

  test("a vendor's own people may, on a draft too; the picture of a variant is its product's as well", async () => {
    const { answer } = await uploaded(await drawn(), { productId: productId(6), variantId: variantId(6) }, vera);
    expect(answer).toMatchObject({ media: { variant: { id: variantId(6) } } });
    const { data } = await slice.graph.as(vera).run(`{ product(id: "${productId(6)}") { image { id } variants { nodes { media { id } } } } }`);
    expect(data["product"]).toEqual({ image: { id: answer.media.id }, variants: { nodes: [{ media: [{ id: answer.media.id }] }] } });
    expect((await slice.graph.run(`{ product(id: "${productId(6)}") { id } }`)).data["product"]).toBeNull();
    expect((await slice.owner.raw("select 1 from platform.audit_log where action like 'media%' and actor_id = $1", [SMALL_SHOP.vera])).rows).toHaveLength(0);
  });

  test("what staff does to a vendor's product is written down", async () => {
    const { id } = await uploaded(await drawn());
    const { rows } = await slice.owner.raw<{ action: string; target_id: string }>("select action, target_id from platform.audit_log where action = 'mediaUploadComplete' order by id desc limit 1");
    expect(rows).toEqual([{ action: "mediaUploadComplete", target_id: SMALL_SHOP.product(1) }]);
    expect(id).toMatch(/^med_/);
  });
});

describe("what is refused", () => {
  test.each([
    ["another vendor's product", { productId: productId(2) }, "ProductNotFound"], ["a product that is not there", { productId: encodeId("prd", NOWHERE) }, "ProductNotFound"],
    ["an id of another kind", { productId: variantId(1) }, "ProductNotFound"], ["no id", { productId: "'; drop table catalog.media; --" }, "ProductNotFound"],
    ["another product's variant", { variantId: variantId(2) }, "VariantNotFound"], ["a product in the place of a variant", { variantId: productId(1) }, "VariantNotFound"],
  ])("%s: %o is %s", async (_what, more, typename) => {
    expect(await start({ length: 10 }, more, vera)).toMatchObject({ __typename: typename });
  });

  test.each(["image/svg+xml", "text/html", "application/pdf", "image/jpeg; charset=x", "IMAGE/JPEG", "", "image/tiff"])("UnsupportedMedia: %j", async (contentType) => {
    expect(await start({ length: 10 }, { contentType })).toMatchObject({ __typename: "UnsupportedMedia", code: "UNSUPPORTED_MEDIA", path: ["input", "contentType"], supported: expect.arrayContaining(["image/webp"]) });
  });

  test("MediaTooLarge, TooManyMedia: with the bound", async () => {
    expect(await start({ length: 20_000_001 })).toMatchObject({ __typename: "MediaTooLarge", limit: 20_000_000 });
    await slice.owner.raw(
      `insert into catalog.media (product_id, file_name, declared_type, declared_bytes, created_at, expires_at) select $1, 'x', 'image/png', 1, now(), now() + interval '1 day' from generate_series(1, 250)`, [SMALL_SHOP.product(1)]);
    expect(await start({ length: 10 })).toMatchObject({ __typename: "TooManyMedia", limit: 250 });
  });

  test.each([
    ["fileName", ""], ["fileName", "../.."], ["fileName", "a\0.jpg"], ["fileName", "a\u202Egpj.exe"], ["fileName", "x".repeat(256)], ["fileName", "half \ud83d"],
    ["alt", "x".repeat(501)], ["alt", "nul \0"], ["alt", "half \ud83d"], ["size", 0], ["size", -5],
  ])("InvalidValue: %s %j", async (field, value) => {
    expect(await start({ length: 10 }, { [field]: value })).toMatchObject({ __typename: "InvalidValue", path: ["input", field] });
  });

  test("a folder in the name is cut off: it is nowhere a path", async () => {
    const { upload } = await start({ length: 10 }, { fileName: "../../etc/passwd" });
    expect(upload.url).not.toContain("passwd");
    expect((await slice.owner.raw<{ file_name: string }>("select file_name from catalog.media")).rows).toEqual([{ file_name: "passwd" }]);
  });

  test("MediaNotUploaded before anything was put, MediaNotFound for what is not there or another's", async () => {
    const { upload } = await start({ length: 10 });
    expect(await call("mediaUploadComplete", { id: upload.id })).toMatchObject({ __typename: "MediaNotUploaded" });
    const { upload: foreign } = await start({ length: 10 }, { productId: productId(2) });
    for (const id of [foreign.id, encodeId("med", NOWHERE), productId(1), "x"]) expect(await call("mediaUploadComplete", { id }, vera)).toMatchObject({ __typename: "MediaNotFound", path: ["input", "id"] });
  });

  const SVG = '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(1)</script></svg>';
  test.each<[string, string, (good: Buffer) => Buffer]>([
    ["NOT_A_PICTURE", "an SVG with a script", () => Buffer.from(SVG)],
    ["NOT_A_PICTURE", "an SVG behind an XML head", () => Buffer.from(`<?xml version="1.0"?>${SVG}`)],
    ["NOT_A_PICTURE", "a page of HTML", () => Buffer.from("<!doctype html><script>alert(1)</script>")],
    ["NOT_A_PICTURE", "a PDF", () => Buffer.from("%PDF-1.7\n1 0 obj<<>>endobj")],
    ["NOT_A_PICTURE", "random bytes", () => randomBytes(5_000)],
    ["NOT_A_PICTURE", "an archive", () => Buffer.from([0x50, 0x4b, 3, 4, ...randomBytes(100)])],
    ["DAMAGED", "the head of a JPEG alone", () => Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 16, 0x4a, 0x46, 0x49, 0x46, 0, 1, 1])],
    ["DAMAGED", "half of a JPEG", (good) => good.subarray(0, Math.floor(good.length / 2))],
    ["DAMAGED", "a GIF that is a script", () => Buffer.from("GIF89a/*!*/=1;alert(document.domain)//")],
    ["OTHER_TYPE", "a PNG that was announced as a JPEG", () => Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==", "base64")],
  ])("MediaRefused: %s for %s; it is thrown away, and stays refused", async (why, _what, make) => {
    const bytes = make(await drawn("jpeg", { width: 800, height: 800 }));
    const type = why === "DAMAGED" && bytes[0] === 0x47 ? "image/gif" : "image/jpeg";
    const { answer, id, key } = await uploaded(bytes, { contentType: type });
    expect(answer).toMatchObject({ __typename: "MediaRefused", why, code: "MEDIA_REFUSED", path: ["input", "id"] });
    expect(await store.head(key)).toBeUndefined();
    expect(await call("mediaUploadComplete", { id })).toMatchObject({ __typename: "MediaRefused", why });
    expect((await shown()).media).toEqual([]);
  });

  test("MediaRefused: TOO_MANY_PIXELS for a small file that would be hundreds of megabytes in memory", async () => {
    const bomb = await sharp({ create: { width: 7_200, height: 7_200, channels: 3, background: "white" }, limitInputPixels: false }).png({ compressionLevel: 9, palette: true }).toBuffer();
    expect(bomb.length).toBeLessThan(1_000_000);
    expect((await uploaded(bomb, { contentType: "image/png" })).answer).toMatchObject({ __typename: "MediaRefused", why: "TOO_MANY_PIXELS" });
  }, 60_000);

  test("a picture that is a second file too loses it: neither script nor place is in what is shown", async () => {
    const picture = await sharp(await drawn()).withExif({ IFD0: { Copyright: "canary-owner-of-the-camera" }, IFD3: { GPSLatitude: "51/1 30/1 0/1", GPSLatitudeRef: "N" } }).jpeg().toBuffer();
    const polyglot = Buffer.concat([picture, Buffer.from("<script>alert('canary-script')</script>"), Buffer.from([0x50, 0x4b, 3, 4]), Buffer.from("canary-archive")]);
    const { answer } = await uploaded(polyglot);
    expect(answer.__typename).toBe("MediaUploadCompleteSuccess");
    for (const { url } of answer.media.renditions as { url: string }[]) {
      const stored = await store.get(url.slice(1));
      const body = (stored && (await readAll(stored.body, 1_000_000))?.toString("latin1")) ?? "";
      expect(body).not.toMatch(/canary|script|GPS|Exif/);
    }
  });

  test("MediaBusy: of many at once the last are told to come again, none is lost, and coming again is enough", async () => {
    const ids: string[] = [];
    for (let n = 0; n < 70; n += 1) {
      const bytes = await drawn("png", { width: 700, height: 500 + n });
      const { upload } = await start(bytes, { productId: productId(3), contentType: "image/png" });
      await store.put(upload.url.slice(9).split("?")[0], bytes, { contentType: "image/png" });
      ids.push(upload.id);
    }
    const answers = await Promise.all(ids.map((id) => call("mediaUploadComplete", { id })));
    const busy = answers.filter((answer) => answer.__typename === "MediaBusy");
    expect(busy.length).toBeGreaterThan(0);
    expect(busy.length + answers.filter((answer) => answer.__typename === "MediaUploadCompleteSuccess").length).toBe(ids.length);
    for (const id of ids) expect(await call("mediaUploadComplete", { id })).toMatchObject({ media: { id } });
  });

  test("a picture that lies on its side is turned upright before it loses what said so", async () => {
    const lying = await sharp(await drawn("jpeg", { width: 400, height: 200 })).withMetadata({ orientation: 6 }).jpeg().toBuffer();
    expect((await uploaded(lying)).answer).toMatchObject({ media: { width: 200, height: 400 } });
  });
});

test("the pictures of a page of products and of their variants take one statement each", async () => {
  for (const n of [1, 2, 3]) await uploaded(await drawn(), { productId: productId(n), variantId: variantId(n) });
  const { data, statements } = await slice.graph.run("{ products(first: 8) { nodes { image { url(width: 96) } media { url } variants { nodes { media { id } } } } } }");
  expect(data["products"].nodes.filter((node: { image: object | null }) => node.image)).toHaveLength(3);
  expect(statements.filter((name) => name === "catalog.mediaOfProducts")).toHaveLength(2);
  expect(statements.filter((name) => name === "catalog.mediaOfVariants")).toHaveLength(1);
});

test.each(["first: 0", "first: 101", "first: -1"])("media(%s) says its bounds", async (bounds) => {
  const { errors } = await slice.graph.run(`{ product(id: "${productId(1)}") { media(${bounds}) { id } } }`);
  expect(errors?.[0]?.message).toMatch(/between 1 and 100/);
});

import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { person } from "#kit/testing/graphOf.ts";
import { SMALL_SHOP } from "#kit/testing/smallShop.ts";
import { encodeId } from "#schema/values/ids.ts";
import { sweepMedia } from "../commands/media/sweepMedia.ts";
import { drawn, NOWHERE, productId, usePictures, variantId, vera } from "./pictures.ts";

const { slice, store, call, start, uploaded, keys, shown } = await usePictures();

describe("changing pictures", () => {
  test("MediaUpdateSuccess: text and variant; VersionConflict for who saw another version", async () => {
    const { id, answer } = await uploaded(await drawn());
    const { version } = answer.media;
    expect(await call("mediaUpdate", { id, alt: "From behind", variantId: variantId(1), expectedVersion: version }, vera)).toMatchObject({ media: { alt: "From behind", variant: { id: variantId(1) }, version: version + 1 } });
    expect(await call("mediaUpdate", { id, alt: "x", expectedVersion: version })).toMatchObject({ __typename: "VersionConflict", expected: version, actual: version + 1 });
    expect(await call("mediaUpdate", { id, alt: null, variantId: null })).toMatchObject({ __typename: "MediaUpdateSuccess", media: { alt: null, variant: null } });
  });

  test("MediaNotFound, VariantNotFound, InvalidValue of mediaUpdate", async () => {
    const { id } = await uploaded(await drawn());
    const foreign = await uploaded(await drawn(), { productId: productId(2) });
    for (const wrong of [foreign.id, productId(1), encodeId("med", NOWHERE)]) expect(await call("mediaUpdate", { id: wrong, alt: "x" }, vera)).toMatchObject({ __typename: "MediaNotFound" });
    expect(await call("mediaUpdate", { id, variantId: variantId(2) })).toMatchObject({ __typename: "VariantNotFound", variantId: variantId(2) });
    expect(await call("mediaUpdate", { id, alt: "\0" })).toMatchObject({ __typename: "InvalidValue", path: ["input", "alt"] });
  });

  test("MediaReorderSuccess: in the order given; ProductNotFound for another vendor's; InvalidValue unless each is named once", async () => {
    const made = [];
    for (let n = 0; n < 3; n += 1) made.push((await uploaded(await drawn())).id);
    const order = [made[2], made[0], made[1]];
    expect((await call("mediaReorder", { productId: productId(1), mediaIds: order }, vera)).product.media).toEqual(order.map((id, position) => ({ id, position })));
    expect((await shown()).image.id).toBe(made[2]);
    for (const mediaIds of [[], made.slice(1), [...made, made[0]], [made[0], made[0], made[1]], [...made.slice(1), productId(1)], [...made, encodeId("med", randomUUID())]]) {
      expect(await call("mediaReorder", { productId: productId(1), mediaIds })).toMatchObject({ __typename: "InvalidValue", path: ["input", "mediaIds"] });
    }
    expect(await call("mediaReorder", { productId: productId(2), mediaIds: [] }, vera)).toMatchObject({ __typename: "ProductNotFound" });
  });

  test("MediaDeleteSuccess: gone at once; its bodies go when nobody else shows them. VersionConflict and MediaNotFound", async () => {
    const bytes = await drawn();
    const { id, answer } = await uploaded(bytes);
    const elsewhere = await uploaded(bytes, { productId: productId(2) });
    const prefix = (answer.media.url as string).slice(1).replace(/w\d+\.webp$/, "");
    expect(await call("mediaDelete", { id, expectedVersion: 99 })).toMatchObject({ __typename: "VersionConflict", expected: 99, actual: answer.media.version });
    expect(await call("mediaDelete", { id: elsewhere.id }, vera)).toMatchObject({ __typename: "MediaNotFound" });
    expect(await call("mediaDelete", { id }, vera)).toMatchObject({ __typename: "MediaDeleteSuccess", product: { media: [] } });
    await sleep(5);
    await sweepMedia({ db: slice.db, objects: store }, 0);
    expect(await keys(prefix)).toHaveLength(3);
    await call("mediaDelete", { id: elsewhere.id });
    await sweepMedia({ db: slice.db, objects: store }, 3_600);
    expect(await keys(prefix)).toHaveLength(3);
    await sleep(5);
    await sweepMedia({ db: slice.db, objects: store }, 0);
    expect(await keys(prefix)).toEqual([]);
    expect(await call("mediaDelete", { id })).toMatchObject({ __typename: "MediaNotFound" });
  });

  test("an upload that nobody finishes is forgotten with its bytes", async () => {
    const bytes = await drawn();
    const { upload } = await start(bytes);
    const key = upload.url.slice(9).split("?")[0] as string;
    await store.put(key, bytes, { contentType: "image/jpeg" });
    await slice.owner.raw("update catalog.media set expires_at = now() - interval '1 second'");
    expect(await sweepMedia({ db: slice.db, objects: store })).toBe(1);
    expect(await store.head(key)).toBeUndefined();
    expect(await call("mediaUploadComplete", { id: upload.id })).toMatchObject({ __typename: "MediaNotFound" });
  });

  test("customers and guests may not", async () => {
    for (const viewer of [person(SMALL_SHOP.ada), person(SMALL_SHOP.sam, "SUPPORT")]) await expect(start({ length: 10 }, {}, viewer)).rejects.toThrow("FORBIDDEN");
  });
});

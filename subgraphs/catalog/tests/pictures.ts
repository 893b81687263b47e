import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { afterAll, beforeEach } from "vitest";
import { person } from "#kit/testing/graphOf.ts";
import { useSlice } from "#kit/testing/sliceTest.ts";
import { SMALL_SHOP } from "#kit/testing/smallShop.ts";
import type { Viewer } from "#kit/viewer.ts";
import { openObjectStore } from "#platform/objects/open.ts";
import { encodeId } from "#schema/values/ids.ts";
import { createCatalogSubgraph } from "../subgraph.ts";

export const root = person(SMALL_SHOP.root, "ADMIN");
export const vera: Viewer = { ...person(SMALL_SHOP.vera, "VENDOR"), vendorIds: [SMALL_SHOP.vendor] };
export const productId = (n: number) => encodeId("prd", SMALL_SHOP.product(n));
export const variantId = (n: number) => encodeId("var", SMALL_SHOP.variant(n));
export const NOWHERE = "00000000-0000-7000-8000-000000000000";

const ERROR = "... on UserError { code message path }";
const SOURCES: Record<string, string> = {
  mediaUploadStart: `... on MediaUploadStartSuccess { upload { id url method headers { name value } expiresAt } } ${ERROR} ... on UnsupportedMedia { supported } ... on MediaTooLarge { limit } ... on TooManyMedia { limit } ... on VariantNotFound { variantId }`,
  mediaUploadComplete: `... on MediaUploadCompleteSuccess { media { id width height alt position version url renditions { width height bytes url } variant { id } } } ${ERROR} ... on MediaRefused { why }`,
  mediaUpdate: `... on MediaUpdateSuccess { media { id alt version variant { id } } } ${ERROR} ... on VersionConflict { expected actual } ... on VariantNotFound { variantId }`,
  mediaReorder: `... on MediaReorderSuccess { product { media { id position } } } ${ERROR}`,
  mediaDelete: `... on MediaDeleteSuccess { product { media { id } } } ${ERROR} ... on VersionConflict { expected actual }`,
};
let shade = 0;
/** A picture that no other test has: colours so far apart that JPEG does not make one of two. */
export async function drawn(type: "jpeg" | "png" | "webp" | "avif" | "gif" = "jpeg", { width = 400, height = 300 } = {}): Promise<Buffer> {
  shade += 1;
  return sharp({ create: { width, height, channels: 3, background: { r: (shade * 16) % 256, g: (Math.floor(shade / 16) * 16) % 256, b: 90 } } }).toFormat(type).toBuffer();
}

/** The catalogue over a store of its own that the test can look into, without any picture at first. */
export async function usePictures() {
  const dir = mkdtempSync(join(tmpdir(), "media-test-"));
  const objects = { dir, secret: randomBytes(32).toString("base64url") };
  const store = await openObjectStore(objects);
  const slice = useSlice("martgraph_catalog", (deps) => createCatalogSubgraph({ ...deps, objects }));
  afterAll(() => rmSync(dir, { recursive: true }));
  beforeEach(async () => {
    await slice.owner.raw("delete from catalog.media; delete from catalog.media_leftovers; delete from platform.outbox");
  });
  // oxlint-disable-next-line typescript/no-explicit-any -- tests look into answers of every shape
  async function call(verb: string, input: Record<string, unknown>, viewer: Viewer = root): Promise<any> {
    const type = `${verb[0]?.toUpperCase()}${verb.slice(1)}Input`;
    const { data, errors } = await slice.graph.as(viewer).run(`mutation ($input: ${type}!) { ${verb}(input: $input) { __typename ${SOURCES[verb]} } }`, { input });
    if (errors) throw new Error(errors.map((error) => `${error.extensions?.["code"]}: ${error.message}`).join("; "));
    return data[verb];
  }
  const start = (bytes: { length: number }, more: Record<string, unknown> = {}, viewer: Viewer = root) =>
    call("mediaUploadStart", { productId: productId(1), fileName: "front.jpg", contentType: "image/jpeg", size: bytes.length, ...more }, viewer);
  return {
    slice,
    store,
    call,
    start,
    /** Started, put into the store, and completed. */
    async uploaded(bytes: Buffer, more: Record<string, unknown> = {}, viewer: Viewer = root) {
      const { upload } = await start(bytes, more, viewer);
      const key = (upload.url as string).slice("/uploads/".length).split("?")[0] as string;
      await store.put(key, bytes, { contentType: (more["contentType"] as string | undefined) ?? "image/jpeg" });
      return { id: upload.id as string, key, answer: await call("mediaUploadComplete", { id: upload.id }, viewer) };
    },
    keys: async (prefix: string) => (await Array.fromAsync(store.list(prefix))).map(({ key }) => key),
    shown: async (n = 1) => (await slice.graph.run(`{ product(id: "${productId(n)}") { image { id } media { id position alt url(width: 100) } } }`)).data["product"],
  };
}

import { exportJWK, generateKeyPair } from "jose";
import { expect, test } from "vitest";
import { ACCESS_TOKEN } from "#kit/claims.ts";
import { person } from "#kit/testing/graphOf.ts";
import { useSlice } from "#kit/testing/sliceTest.ts";
import { SMALL_SHOP } from "#kit/testing/smallShop.ts";
import type { Viewer } from "#kit/viewer.ts";
import { encodeId } from "#schema/values/ids.ts";
import { createUsersSubgraph } from "../subgraph.ts";

const keys = await generateKeyPair(ACCESS_TOKEN.algorithm, { extractable: true });
const tokenKey = { privateJwk: await exportJWK(keys.privateKey) };
const slice = useSlice("martgraph_users", (deps) => createUsersSubgraph({ ...deps, tokenKey, dataKey: "0".repeat(43) }));
const root = person(SMALL_SHOP.root, "ADMIN");
const vera: Viewer = { ...person(SMALL_SHOP.vera, "VENDOR"), vendorIds: [SMALL_SHOP.vendor] };
const VENDOR = encodeId("ven", SMALL_SHOP.vendor);
const PAGE = "description shippingPolicy returnPolicy isOpen version";
const UPDATE = `mutation ($input: VendorUpdateInput!) { vendorUpdate(input: $input) { __typename ... on VendorUpdateSuccess { vendor { ${PAGE} } } ... on UserError { code message path } ... on VersionConflict { expected actual } } }`;
const update = async (viewer: Viewer, input: object) => (await slice.graph.as(viewer).run(UPDATE, { input: { vendorId: VENDOR, ...input } })).data["vendorUpdate"];

test("VendorUpdateSuccess: the vendor's people and ADMIN say what the page shows; what is not given stays, null takes away; everybody reads it", async () => {
  expect(await update(vera, { description: " We make lanterns.\nBy hand. ", returnPolicy: "30 days" })).toEqual({
    __typename: "VendorUpdateSuccess", vendor: { description: "We make lanterns.\nBy hand.", shippingPolicy: null, returnPolicy: "30 days", isOpen: true, version: 2 },
  });
  expect((await update(root, { returnPolicy: null, isOpen: false })).vendor).toEqual({ description: "We make lanterns.\nBy hand.", shippingPolicy: null, returnPolicy: null, isOpen: false, version: 3 });
  expect((await update(vera, { isOpen: false })).vendor.version).toBe(3);
  expect((await slice.graph.run(`{ vendor(id: "${VENDOR}") { ${PAGE} } }`)).data["vendor"]).toMatchObject({ isOpen: false, version: 3 });
});

test("VendorNotFound for another vendor's people, for none, for an id of another kind; FORBIDDEN for who sells nothing", async () => {
  const other: Viewer = { ...vera, vendorIds: [SMALL_SHOP.category] };
  expect((await update(other, { isOpen: true })).__typename).toBe("VendorNotFound");
  for (const vendorId of [encodeId("ven", SMALL_SHOP.ada), encodeId("usr", SMALL_SHOP.vendor), "\0"]) expect((await update(root, { vendorId, isOpen: true })).__typename).toBe("VendorNotFound");
  for (const viewer of [person(SMALL_SHOP.ada), person(SMALL_SHOP.sam, "SUPPORT")]) expect((await slice.graph.as(viewer).run(UPDATE, { input: { vendorId: VENDOR } })).errors).toMatchObject([{ extensions: { code: "FORBIDDEN" } }]);
});

test("VersionConflict, InvalidValue", async () => {
  expect(await update(vera, { isOpen: true, expectedVersion: 77 })).toMatchObject({ __typename: "VersionConflict", expected: 77 });
  for (const text of ["x".repeat(5_001), "a\0", "\ud800", "turned \u202e"]) expect(await update(vera, { shippingPolicy: text })).toMatchObject({ __typename: "InvalidValue", path: ["input", "shippingPolicy"] });
});

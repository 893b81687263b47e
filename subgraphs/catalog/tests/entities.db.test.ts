import { randomUUID } from "node:crypto";
import { test } from "vitest";
import { expectEntitiesKeepOrder, type KnownEntity } from "#kit/testing/entitiesProperty.ts";
import { person } from "#kit/testing/graphOf.ts";
import { useSlice } from "#kit/testing/sliceTest.ts";
import { SMALL_SHOP } from "#kit/testing/smallShop.ts";
import { GUEST, type Viewer } from "#kit/viewer.ts";
import { encodeId } from "#schema/values/ids.ts";
import { createCatalogSubgraph } from "../subgraph.ts";

const slice = useSlice("martgraph_catalog", (deps) => createCatalogSubgraph(deps));
const viewers = {
  guest: GUEST, sam: person(SMALL_SHOP.sam, "SUPPORT"), root: person(SMALL_SHOP.root, "ADMIN"), vera: { userId: SMALL_SHOP.vera, roles: ["VENDOR"], vendorIds: [SMALL_SHOP.vendor] },
} satisfies Record<string, Viewer>;
type Name = keyof typeof viewers;

test("_entities of Product, ProductVariant, Category and Vendor: in the order asked, null for what is absent or hidden, never an error", async () => {
  const known: KnownEntity[] = [];
  const know = (ref: KnownEntity["ref"], seenBy: (name: Name) => boolean, id = ref["id"]) =>
    known.push({ ref, answerFor: (viewer) => (seenBy(viewer as Name) ? { __typename: ref.__typename, id } : null) });
  const everyone = () => true;
  const nobody = () => false;
  for (let n = 1; n <= 8; n += 1) {
    // 6 is a draft of the vendor's. What is archived is shown: orders speak of it.
    const seenBy = n === 6 ? (name: Name) => name !== "guest" : everyone;
    know({ __typename: "Product", id: encodeId("prd", SMALL_SHOP.product(n)) }, seenBy);
    know({ __typename: "ProductVariant", id: encodeId("var", SMALL_SHOP.variant(n)) }, seenBy);
  }
  know({ __typename: "Product", slug: "party-bunting" }, everyone, encodeId("prd", SMALL_SHOP.product(3)));
  know({ __typename: "Product", slug: "no-such" }, nobody);
  know({ __typename: "Product", slug: "a\0b" }, nobody);
  for (const id of [SMALL_SHOP.category, SMALL_SHOP.subcategory]) know({ __typename: "Category", id: encodeId("cat", id) }, everyone);
  know({ __typename: "Vendor", id: encodeId("ven", SMALL_SHOP.vendor) }, everyone);
  for (const [type, prefix] of [["Product", "prd"], ["ProductVariant", "var"], ["Category", "cat"], ["Product", "var"], ["ProductVariant", "prd"], ["Category", "ven"]] as const) {
    know({ __typename: type, id: encodeId(prefix, randomUUID()) }, nobody);
  }
  await expectEntitiesKeepOrder(slice.graph, {
    query: "query ($refs: [_Any!]!) { _entities(representations: $refs) { __typename ... on Product { id } ... on ProductVariant { id } ... on Category { id } ... on Vendor { id } } }",
    known, stubs: { Vendor: "ven" }, viewers, maxStatements: 6,
  });
});

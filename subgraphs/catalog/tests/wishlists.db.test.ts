import { describe, expect, test } from "vitest";
import { person } from "#kit/testing/graphOf.ts";
import { useSlice } from "#kit/testing/sliceTest.ts";
import { SMALL_SHOP } from "#kit/testing/smallShop.ts";
import type { Viewer } from "#kit/viewer.ts";
import { encodeId } from "#schema/values/ids.ts";
import { createCatalogSubgraph } from "../subgraph.ts";

const slice = useSlice("martgraph_catalog", (deps) => createCatalogSubgraph(deps));
/** Each test has people of its own. */
let people = 0;
const somebody = () => person(`01900001-0000-7000-8000-${((people += 1) + 500).toString(16).padStart(12, "0")}`);
const prd = (n: number) => encodeId("prd", SMALL_SHOP.product(n));
const vrt = (n: number) => encodeId("var", SMALL_SHOP.variant(n));
const FIELDS = "id name isDefault isMine shareKey itemCount version items { nodes { product { id } variant { sku } } }";

async function run(name: string, viewer: Viewer, input: object, success = `wishlist { ${FIELDS} }`) {
  const type = `${name[0]?.toUpperCase()}${name.slice(1)}`;
  const { data, errors } = await slice.graph.as(viewer).run(`mutation ($input: ${type}Input!) { ${name}(input: $input) { __typename ... on ${type}Success { ${success} } ... on UserError { code message path } } }`, { input });
  expect(errors).toBeUndefined();
  return data[name];
}
const create = (viewer: Viewer, name: string, more: object = {}) => run("wishlistCreate", viewer, { name, ...more });
const add = (viewer: Viewer, productId: string, more: object = {}) => run("wishlistAdd", viewer, { productId, ...more });
const productsOf = ({ items }: { items: { nodes: { product: { id: string } | null }[] } }) => items.nodes.map(({ product }) => product?.id ?? null);
const mine = async (viewer: Viewer) => (await slice.graph.as(viewer).run("query ($refs: [_Any!]!) { _entities(representations: $refs) { ... on User { wishlists { id name isDefault } } } }", { refs: [{ __typename: "User", id: encodeId("usr", viewer.userId as string) }] })).data["_entities"][0].wishlists;

describe("wishlistAdd and wishlistRemove", () => {
  test("WishlistAddSuccess, WishlistRemoveSuccess: the first product opens the default list; again and at once it stands there once", async () => {
    const ada = somebody();
    const answers = await Promise.all(Array.from({ length: 10 }, () => add(ada, prd(1))));
    expect(new Set(answers.map(({ wishlist }) => wishlist.id)).size).toBe(1);
    expect((await add(ada, prd(2), { variantId: vrt(2) })).wishlist).toMatchObject({ name: "Wishlist", isDefault: true, isMine: true, shareKey: null, itemCount: 2, items: { nodes: expect.arrayContaining([{ product: { id: prd(2) }, variant: { sku: "85122A" } }]) } });
    const wishlistId = answers[0].wishlist.id;
    const WISHED = `{ products { nodes { id isInWishlist } } }`;
    const wished = async (viewer?: Viewer) => (await (viewer ? slice.graph.as(viewer) : slice.graph).run(WISHED)).data["products"].nodes.filter((one: { isInWishlist: boolean }) => one.isInWishlist).map((one: { id: string }) => one.id).sort();
    expect([await wished(ada), await wished(somebody()), await wished()]).toEqual([[prd(1), prd(2)], [], []]);
    for (const productId of [prd(1), prd(1), prd(99), "\0"]) expect(productsOf((await run("wishlistRemove", ada, { wishlistId, productId })).wishlist)).toEqual([prd(2)]);
  });

  test("ProductNotFound for a draft and for none, VariantNotFound for one of another product, WishlistNotFound for another person's", async () => {
    const [ada, bob] = [somebody(), somebody()];
    const { wishlist } = await create(bob, "Mine");
    for (const id of [prd(6), prd(99), vrt(1), "\0"]) expect((await add(ada, id)).__typename).toBe("ProductNotFound");
    for (const variantId of [vrt(2), vrt(99), prd(1), "\0"]) expect((await add(ada, prd(1), { variantId })).__typename).toBe("VariantNotFound");
    for (const wishlistId of [wishlist.id, encodeId("wsl", SMALL_SHOP.ada), prd(1), "\0"]) {
      expect(await add(ada, prd(1), { wishlistId })).toMatchObject({ __typename: "WishlistNotFound", path: ["input", "wishlistId"] });
      expect((await run("wishlistRemove", ada, { wishlistId, productId: prd(1) })).__typename).toBe("WishlistNotFound");
      expect((await run("wishlistRename", ada, { wishlistId, name: "Stolen" })).__typename).toBe("WishlistNotFound");
      expect((await run("wishlistShare", ada, { wishlistId, isShared: true })).__typename).toBe("WishlistNotFound");
      expect((await run("wishlistDelete", ada, { wishlistId }, "wishlistId")).__typename).toBe("WishlistNotFound");
      expect((await slice.graph.as(ada).run("query ($id: ID!) { wishlist(id: $id) { name } }", { id: wishlistId })).data["wishlist"]).toBeNull();
    }
    expect((await mine(bob)).map((one: { name: string }) => one.name)).toEqual(["Mine"]);
    expect(await mine(ada)).toEqual([]);
  });

  test("WishlistFull: five hundred products, and no more, also at once", async () => {
    const ada = somebody();
    const { wishlist } = await create(ada, "Long");
    await slice.owner.raw(`with p as (insert into catalog.products (slug, name, status, created_at, updated_at) select 'wish-' || n, 'Wish', 'ACTIVE', now(), now() from generate_series(1, 498) n returning id)
      insert into catalog.wishlist_items (wishlist_id, product_id, added_at) select w.id, p.id, now() from p, catalog.wishlists w where w.user_id = $1`, [ada.userId]);
    const answers = await Promise.all([1, 2, 3, 4, 5].map((n) => add(ada, prd(n), { wishlistId: wishlist.id })));
    const count = (type: string) => answers.filter((answer) => answer.__typename === type).length;
    expect([count("WishlistAddSuccess"), count("WishlistFull")]).toEqual([2, 3]);
    const other = await create(ada, "Other");
    const missing = [1, 2, 3, 4, 5].find((n) => answers[n - 1].__typename === "WishlistFull") as number;
    await add(ada, prd(missing), { wishlistId: other.wishlist.id });
    expect((await run("wishlistMove", ada, { fromWishlistId: other.wishlist.id, toWishlistId: wishlist.id, productId: prd(missing) }, "to { id }")).__typename).toBe("WishlistFull");
    expect((await slice.graph.as(ada).run("query ($id: ID!) { wishlist(id: $id) { itemCount } }", { id: wishlist.id })).data["wishlist"].itemCount).toBe(500);
  });
});

test("WishlistMoveSuccess: it leaves one list for the other, once; ProductNotFound where it is in neither, WishlistNotFound for another person's", async () => {
  const [ada, bob] = [somebody(), somebody()];
  const [{ wishlist: from }, { wishlist: to }, { wishlist: foreign }] = [await create(ada, "From"), await create(ada, "To"), await create(bob, "His")];
  await add(ada, prd(3), { wishlistId: from.id, variantId: vrt(3) });
  const move = (more: object = {}) => run("wishlistMove", ada, { fromWishlistId: from.id, toWishlistId: to.id, productId: prd(3), ...more }, `from { ${FIELDS} } to { ${FIELDS} }`);
  const answers = await Promise.all(Array.from({ length: 5 }, () => move()));
  for (const answer of answers) expect(answer.__typename).toBe("WishlistMoveSuccess");
  expect([productsOf((await move()).from), (await move()).to.items.nodes]).toEqual([[], [{ product: { id: prd(3) }, variant: { sku: "85123A" } }]]);
  expect((await move({ productId: prd(4) })).__typename).toBe("ProductNotFound");
  expect(await move({ toWishlistId: foreign.id })).toMatchObject({ __typename: "WishlistNotFound", path: ["input", "toWishlistId"] });
  expect(await move({ fromWishlistId: foreign.id })).toMatchObject({ __typename: "WishlistNotFound", path: ["input", "fromWishlistId"] });
});

describe("wishlistCreate, wishlistRename, wishlistDelete", () => {
  test("WishlistCreateSuccess, WishlistRenameSuccess, WishlistDeleteSuccess: there is always one default", async () => {
    const ada = somebody();
    const first = (await create(ada, " Birthday ")).wishlist;
    expect(first).toMatchObject({ name: "Birthday", isDefault: true });
    const second = (await create(ada, "Home")).wishlist;
    expect(second.isDefault).toBe(false);
    expect((await run("wishlistRename", ada, { wishlistId: second.id, name: "House", isDefault: true })).wishlist).toMatchObject({ name: "House", isDefault: true, version: 2 });
    expect(await mine(ada)).toMatchObject([{ name: "House", isDefault: true }, { name: "Birthday", isDefault: false }]);
    expect(await run("wishlistDelete", ada, { wishlistId: second.id }, "wishlistId")).toEqual({ __typename: "WishlistDeleteSuccess", wishlistId: second.id });
    expect(await mine(ada)).toMatchObject([{ name: "Birthday", isDefault: true }]);
  });

  test("InvalidValue, WishlistNameTaken, VersionConflict", async () => {
    const ada = somebody();
    const { wishlist } = await create(ada, "Garden");
    for (const name of ["", " ", "x".repeat(101), "a\0", "two\nlines", "\ud800", "turned \u202e"]) {
      expect(await create(ada, name)).toMatchObject({ __typename: "InvalidValue", path: ["input", "name"] });
      expect((await run("wishlistRename", ada, { wishlistId: wishlist.id, name })).__typename).toBe("InvalidValue");
    }
    expect((await create(ada, "GARDEN")).__typename).toBe("WishlistNameTaken");
    const { wishlist: other } = await create(ada, "Attic");
    expect((await run("wishlistRename", ada, { wishlistId: other.id, name: "garden" })).__typename).toBe("WishlistNameTaken");
    expect((await run("wishlistRename", ada, { wishlistId: other.id, name: "Cellar", expectedVersion: 7 })).__typename).toBe("VersionConflict");
    expect((await create(somebody(), "Garden")).__typename).toBe("WishlistCreateSuccess");
  });

  test("TooManyWishlists: twenty of one person, also at once", async () => {
    const ada = somebody();
    const answers = await Promise.all(Array.from({ length: 25 }, (_, n) => create(ada, `List ${n}`)));
    expect(answers.filter((answer) => answer.__typename === "TooManyWishlists")).toHaveLength(5);
    expect((await mine(ada)).filter((one: { isDefault: boolean }) => one.isDefault)).toHaveLength(1);
  });
});

test("WishlistShareSuccess: who knows the key looks, and learns nothing else; taken back, the key is dead for ever", async () => {
  const [ada, bob] = [somebody(), somebody()];
  const { wishlist } = await add(ada, prd(1));
  const share = async (isShared: boolean) => (await run("wishlistShare", ada, { wishlistId: wishlist.id, isShared })).wishlist.shareKey;
  const key = await share(true);
  expect(key).toMatch(/^[A-Za-z0-9_-]{43}$/);
  expect(await share(true)).toBe(key);
  const look = async (shareKey: string, viewer?: Viewer) => (await (viewer ? slice.graph.as(viewer) : slice.graph).run("query ($shareKey: String!) { wishlist(shareKey: $shareKey) { name isMine shareKey items { nodes { product { id } } } } }", { shareKey })).data["wishlist"];
  for (const viewer of [undefined, bob, person(SMALL_SHOP.root, "ADMIN")]) expect(await look(key, viewer)).toEqual({ name: "Wishlist", isMine: false, shareKey: null, items: { nodes: [{ product: { id: prd(1) } }] } });
  expect(await look(key, ada)).toMatchObject({ isMine: true, shareKey: key });
  for (const wrong of ["", "x", `${key}x`, key.slice(1), "\0".repeat(43), "\ud800", "' or true --"]) expect(await look(wrong)).toBeNull();
  expect(await share(false)).toBeNull();
  expect(await look(key)).toBeNull();
  expect(await share(true)).not.toBe(key);
  for (const args of ["", `id: "${wishlist.id}", shareKey: "x"`]) expect((await slice.graph.as(ada).run(`{ wishlist${args && `(${args})`} { id } }`)).errors).toMatchObject([{ extensions: { code: "BAD_USER_INPUT" } }]);
});

test("User.wishlists is the person's alone; guests and others get none, nobody writes without an account", async () => {
  const ada = somebody();
  await create(ada, "Secret");
  const refs = [{ __typename: "User", id: encodeId("usr", ada.userId as string) }];
  for (const viewer of [somebody(), person(SMALL_SHOP.root, "ADMIN"), person(SMALL_SHOP.sam, "SUPPORT")]) expect((await slice.graph.as(viewer).run("query ($refs: [_Any!]!) { _entities(representations: $refs) { ... on User { wishlists { name } } } }", { refs })).data["_entities"]).toEqual([{ wishlists: null }]);
  expect((await slice.graph.run('mutation { wishlistCreate(input: { name: "x" }) { __typename } }')).errors).toMatchObject([{ extensions: { code: "UNAUTHENTICATED" } }]);
});

test("items page without gap or repeat, and lists cost as many statements as one", async () => {
  const ada = somebody();
  for (let n = 0; n < 4; n += 1) for (const product of [1, 2, 3, 4, 5, 7, 8]) await add(ada, prd(product), { wishlistId: (await create(ada, `L${n}`)).wishlist?.id ?? (await mine(ada)).find((one: { name: string }) => one.name === `L${n}`).id });
  const id = (await mine(ada))[0].id;
  const seen: string[] = [];
  for (let after: string | null = null; ;) {
    const page: { nodes: { product: { id: string } }[]; pageInfo: { hasNextPage: boolean; endCursor: string } } = (await slice.graph.as(ada).run("query ($id: ID!, $after: String) { wishlist(id: $id) { items(first: 3, after: $after) { nodes { product { id } } pageInfo { hasNextPage endCursor } } } }", { id, after })).data["wishlist"].items;
    seen.push(...page.nodes.map(({ product }) => product.id));
    if (!page.pageInfo.hasNextPage) break;
    after = page.pageInfo.endCursor;
  }
  expect(seen.toSorted()).toEqual([1, 2, 3, 4, 5, 7, 8].map(prd));
  const refs = [{ __typename: "User", id: encodeId("usr", ada.userId as string) }];
  const { statements } = await slice.graph.as(ada).run("query ($refs: [_Any!]!) { _entities(representations: $refs) { ... on User { wishlists { itemCount items { nodes { product { name isInWishlist } variant { sku } } } } } } }", { refs });
  expect(statements.length).toBeLessThanOrEqual(6);
});

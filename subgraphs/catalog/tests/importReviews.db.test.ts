import { afterAll, beforeAll, expect, test } from "vitest";
import { useSlice } from "#kit/testing/sliceTest.ts";
import { SMALL_SHOP } from "#kit/testing/smallShop.ts";
import { createCatalogSubgraph } from "../subgraph.ts";
import { importHarness } from "./importHarness.ts";

const slice = useSlice("martgraph_catalog", createCatalogSubgraph);
let harness: Awaited<ReturnType<typeof importHarness>>;
let slugs: string[];
beforeAll(async () => {
  harness = await importHarness(slice.db);
  slugs = (await slice.owner.raw<{ slug: string }>("select slug from catalog.products order by id limit 2")).rows.map(({ slug }) => slug);
});
afterAll(() => harness?.close());

const mappingOf = (ref: boolean) => `
version: 1
name: reviews
sources: { r: { files: r.csv } }
imports:
  - { entity: review, from: r, fields: { product: product, rating: stars, title: title, text: text, author: author, createdAt: at${ref ? ", externalRef: nr" : ""} } }
`;
const bring = async (ref: boolean, lines: readonly string[], options = {}) =>
  (await harness.run(mappingOf(ref), await harness.folder({ "r.csv": `${["nr,product,stars,title,text,author,at", ...lines].join("\n")}\n` }), options)).rows.map(({ outcome, field }) => (field === null ? outcome : `${outcome} ${field}`));
const rows = async <Row extends Record<string, unknown>>(sql: string, params: unknown[] = []) => (await slice.owner.raw<Row>(sql, params)).rows;
const ratings = () => rows("select array[r.ones, r.twos, r.threes, r.fours, r.fives] as stars from catalog.product_ratings r join catalog.products p on p.id = r.product_id where p.slug = any($1) order by p.id", [slugs]);

test("reviews without a number of their own are known by who said what; they count once, and nobody of the shop wrote them", async () => {
  const lines = [`,${slugs[0]},5,Good,Very good.,Ann,2011-02-03T04:05:06Z`, `,${slugs[0]},2,Bad,Very bad.,Ben,`, `,${slugs[1]},3,,,,`];
  expect(await bring(false, lines, { isDryRun: true })).toEqual(["CREATED", "CREATED", "CREATED"]);
  expect(await ratings()).toEqual([]);
  expect(await bring(false, lines)).toEqual(["CREATED", "CREATED", "CREATED"]);
  expect(await rows(`select r.display_name as name, r.state, r.is_verified as verified, r.created_at as at, exists (select from users.users u where u.id = r.user_id) as known
    from catalog.reviews r where r.display_name = 'Ann'`)).toEqual([{ name: "Ann", state: "PUBLISHED", verified: false, at: new Date("2011-02-03T04:05:06Z"), known: false }]);
  expect(await bring(false, lines)).toEqual(["UNCHANGED", "UNCHANGED", "UNCHANGED"]);
  expect(await bring(false, [lines[0]?.replace(",5,", ",4,") ?? ""])).toEqual(["UPDATED"]);
  expect(await ratings()).toEqual([{ stars: [0, 1, 0, 1, 0] }, { stars: [0, 0, 1, 0, 0] }]);
});

test("with a number words may change: what helped others did so in other words, and what a moderator refused stays refused", async () => {
  expect(await bring(true, [`R1,${slugs[0]},5,Nice,Nice.,Cid,`, `R2,${slugs[0]},1,Rude,Rude.,Dan,`])).toEqual(["CREATED", "CREATED"]);
  const idOf = async (name: string) => (await rows<{ id: string }>("select id from catalog.reviews where display_name = $1", [name]))[0]?.id;
  await rows("insert into catalog.review_votes (review_id, user_id, voted_at) values ($1, $2, now())", [await idOf("Cid"), SMALL_SHOP.ada]);
  await rows("update catalog.reviews set helpful_count = 1 where id = $1", [await idOf("Cid")]);
  await rows("update catalog.reviews set state = 'REJECTED', published_at = null, reason = 'rude' where id = $1", [await idOf("Dan")]);
  expect(await bring(true, [`R1,${slugs[0]},4,Nice,Nicer.,Cid,`, `R2,${slugs[0]},1,Rude,Ruder.,Dan,`])).toEqual(["UPDATED", "UPDATED"]);
  expect(await rows(`select r.display_name as name, r.body, r.state, r.helpful_count as helpful, (select count(*)::int4 from catalog.review_votes v where v.review_id = r.id) as votes
    from catalog.reviews r where r.display_name in ('Cid', 'Dan') order by 1`)).toEqual([
    { name: "Cid", body: "Nicer.", state: "PUBLISHED", helpful: 0, votes: 0 }, { name: "Dan", body: "Ruder.", state: "REJECTED", helpful: 0, votes: 0 },
  ]);
  expect((await ratings())[0]).toEqual({ stars: [0, 1, 0, 2, 0] });
});

test("what is no review is refused with its field, and a vendor brings in none", async () => {
  const [at] = slugs;
  expect(await bring(true, [
    `1,nowhere,5,a,b,c,`, `2,${at},6,a,b,c,`, `3,${at},,a,b,c,`, `4,${at},5,a,b,ada@example.test,`, `5,${at},5,a,b,c,2150-01-01T00:00:00Z`, `6,${at},5,a,b,${"c".repeat(81)},`, `7,${at},5,a,${"b".repeat(5_001)},c,`, `8,${at},5,a,b,c,`, `8,${at},5,a,b,c,`,
  ])).toEqual(["REFUSED product", "REFUSED rating", "REFUSED rating", "REFUSED author", "REFUSED createdAt", "REFUSED author", "REFUSED text", "CREATED", "REFUSED"]);
  expect(await bring(true, [`9,${at},5,a,b,c,`], { vendorId: SMALL_SHOP.vendor, may: ["catalog.importTerms"], ownerId: SMALL_SHOP.vera })).toEqual(["REFUSED"]);
});

import { describe, expect, test } from "vitest";
import { person } from "#kit/testing/graphOf.ts";
import { useSlice } from "#kit/testing/sliceTest.ts";
import { SMALL_SHOP } from "#kit/testing/smallShop.ts";
import type { Viewer } from "#kit/viewer.ts";
import { encodeId } from "#schema/values/ids.ts";
import { createCatalogSubgraph } from "../subgraph.ts";

const slice = useSlice("martgraph_catalog", (deps) => createCatalogSubgraph(deps));
const vera: Viewer = { ...person(SMALL_SHOP.vera, "VENDOR"), vendorIds: [SMALL_SHOP.vendor] };
const sam = person(SMALL_SHOP.sam, "SUPPORT");
const ada = person(SMALL_SHOP.ada);
const bob = person(SMALL_SHOP.bob);
/** Somebody else. */
const nth = (n: number) => person(`01900001-0000-7000-8000-${(n + 100).toString(16).padStart(12, "0")}`);
const productId = (n: number) => encodeId("prd", SMALL_SHOP.product(n));

const FIELDS = "id rating title body displayName state isVerifiedPurchase helpfulCount isHelpfulToMe version reply { text vendor { id } }";
const REFUSED = "... on UserError { code message path }";
const mutation = (name: string, more = "") => `mutation ($input: ${name[0]?.toUpperCase()}${name.slice(1)}Input!) { ${name}(input: $input) { __typename ${more} ${REFUSED} ${/Submit|Moderate/.test(name) ? "... on VersionConflict { expected actual }" : ""} } }`;
const run = async (name: string, viewer: Viewer, input: object, success = `review { ${FIELDS} }`) => {
  const { data, errors } = await slice.graph.as(viewer).run(mutation(name, `... on ${name[0]?.toUpperCase()}${name.slice(1)}Success { ${success} }`), { input });
  expect(errors).toBeUndefined();
  return data[name];
};
const submit = (viewer: Viewer, product: number, rating: number, more: object = {}) => run("reviewSubmit", viewer, { productId: productId(product), rating, ...more });
const judge = (reviewId: string, verdict: "PUBLISH" | "REJECT", more: object = {}, viewer = sam) => run("reviewModerate", viewer, { reviewId, verdict, ...more });
const vote = (viewer: Viewer, reviewId: string, isHelpful = true) => run("reviewVote", viewer, { reviewId, isHelpful });
const reply = (viewer: Viewer, reviewId: string, words: string | null) => run("reviewReply", viewer, { reviewId, reply: words });
const ratingOf = async (n: number) => (await slice.graph.run(`{ product(id: "${productId(n)}") { rating { average count distribution { rating count } } } }`)).data["product"].rating;
async function published(viewer: Viewer, product: number, rating: number, more: object = {}): Promise<string> {
  const { review } = await submit(viewer, product, rating, more);
  await judge(review.id, "PUBLISH");
  return review.id;
}
/** What the ratings come to when all reviews are counted. */
const recount = async () => (await slice.owner.raw(`select p.id, (select count(*)::int from catalog.reviews r where r.product_id = p.id and r.state = 'PUBLISHED') as counted, coalesce(s.count, 0) as kept,
  (select round(avg(r.rating), 2)::text from catalog.reviews r where r.product_id = p.id and r.state = 'PUBLISHED') as mean, s.average::text as average
  from catalog.products p left join catalog.product_ratings s on s.product_id = p.id`)).rows;

describe("reviewSubmit", () => {
  test("ReviewSubmitSuccess: waits for a moderator, seen by who wrote it alone; written anew it is the same review", async () => {
    const { review } = await submit(ada, 2, 4, { title: " Fine ", body: "Three tiers.\nAll of them hold.", displayName: "A." });
    expect(review).toMatchObject({ rating: 4, title: "Fine", body: "Three tiers.\nAll of them hold.", displayName: "A.", state: "PENDING", isVerifiedPurchase: false, version: 1 });
    const ask = `{ review(id: "${review.id}") { id } product(id: "${productId(2)}") { myReview { id } reviews { nodes { id } } rating { count average } } }`;
    for (const [viewer, seen] of [[ada, true], [sam, true], [bob, false], [vera, false], [undefined, false]] as const) {
      const { data } = await (viewer ? slice.graph.as(viewer) : slice.graph).run(ask);
      expect([data["review"] !== null, data["product"]]).toEqual([seen, { myReview: viewer === ada ? { id: review.id } : null, reviews: { nodes: [] }, rating: { count: 0, average: null } }]);
    }
    expect((await submit(ada, 2, 4, { title: "Fine", body: "Three tiers.\nAll of them hold.", displayName: "A." })).review.version).toBe(1);
    expect((await submit(ada, 2, 2)).review).toMatchObject({ id: review.id, rating: 2, title: null, version: 2 });
  });

  test.each([[{ rating: 0 }, "rating"], [{ rating: 6 }, "rating"], [{ rating: -1 }, "rating"], [{ title: "x".repeat(201) }, "title"], [{ title: "two\nlines" }, "title"], [{ title: "turned \u202e" }, "title"], [{ body: "x".repeat(5_001) }, "body"],
    [{ body: "a\0b" }, "body"], [{ body: "half \ud83d" }, "body"], [{ displayName: "x".repeat(81) }, "displayName"], [{ displayName: "a\u200bb" }, "displayName"]])("InvalidValue: %j", async (input, field) => {
    expect(await submit(ada, 3, 5, input)).toMatchObject({ __typename: "InvalidValue", path: ["input", field] });
  });

  test("scripts are text: kept as written, for whoever shows them to show as text", async () => {
    const body = "<script>alert(1)</script> <img src=x onerror=alert(1)> javascript:alert(1)";
    expect((await submit(nth(1), 3, 5, { body })).review.body).toBe(body);
  });

  test("ProductNotFound for a draft, for none, for an id of another kind; OwnProduct for who sells it", async () => {
    for (const id of [productId(6), productId(99), encodeId("var", SMALL_SHOP.product(1)), "\0"]) expect((await run("reviewSubmit", ada, { productId: id, rating: 5 })).__typename).toBe("ProductNotFound");
    expect((await submit(vera, 1, 5)).__typename).toBe("OwnProduct");
    expect((await submit(vera, 6, 5)).__typename).toBe("ProductNotFound");
  });

  test("VersionConflict: changes meanwhile are not written over", async () => {
    expect((await submit(bob, 4, 3, { expectedVersion: 1 }))).toMatchObject({ __typename: "VersionConflict", expected: 1, actual: 0 });
    await submit(bob, 4, 3, { expectedVersion: 0 });
    await submit(bob, 4, 4, { expectedVersion: 1 });
    expect(await submit(bob, 4, 5, { expectedVersion: 1 })).toMatchObject({ __typename: "VersionConflict", expected: 1, actual: 2 });
  });

  test("many times at once by one person: one review", async () => {
    const answers = await Promise.all(Array.from({ length: 12 }, (_, n) => submit(nth(2), 5, (n % 5) + 1)));
    expect(new Set(answers.map((answer) => answer.review.id)).size).toBe(1);
  });

  test("verified where the person has bought it: placed and not called off", async () => {
    const bought = async (viewer: Viewer, n: number, state: string, cancelled = 0) => {
      await slice.owner.raw(`with o as (insert into orders.orders (number, user_id, state, currency, placed_at, total_units, exponent, source) values ($1, $2, $3, 'GBP', now(), 100, 2, 'API') returning id)
        insert into orders.order_lines (order_id, position, variant_id, product_id, sku, name, quantity, unit_amount, exponent, cancelled_quantity) select id, 1, $4, $5, 'X', 'X', 2, 50, 2, $6 from o`,
      [`${state}-${viewer.userId?.slice(-4)}-${n}`, viewer.userId, state, SMALL_SHOP.variant(n), SMALL_SHOP.product(n), cancelled]);
      return (await submit(viewer, n, 5)).review.isVerifiedPurchase;
    };
    expect(await bought(nth(3), 1, "DELIVERED")).toBe(true);
    expect(await bought(nth(4), 1, "PLACED")).toBe(true);
    expect(await bought(nth(5), 1, "CANCELLED")).toBe(false);
    expect(await bought(nth(6), 1, "PAID", 2)).toBe(false);
    expect((await submit(nth(3), 2, 5)).review.isVerifiedPurchase).toBe(false);
    // Another slice's tables stay closed, and so does whose orders there are.
    await expect(slice.db.raw("select * from orders.orders")).rejects.toThrow("permission denied");
  });

  test("TooManyReviews: fifty of one person wait, and no more", async () => {
    await slice.owner.raw(`with p as (insert into catalog.products (slug, name, status, created_at, updated_at) select 'waiting-' || n, 'Waiting', 'ACTIVE', now(), now() from generate_series(1, 50) n returning id)
      insert into catalog.reviews (product_id, user_id, rating, created_at, updated_at) select id, $1, 3, now(), now() from p`, [nth(7).userId]);
    const outcome = await run("reviewSubmit", nth(7), { productId: productId(1), rating: 5 });
    expect(outcome).toMatchObject({ __typename: "TooManyReviews", code: "TOO_MANY_REVIEWS" });
  });

  test("nobody without an account", async () => {
    expect((await slice.graph.run(mutation("reviewSubmit"), { input: { productId: productId(1), rating: 5 } })).errors).toMatchObject([{ extensions: { code: "UNAUTHENTICATED" } }]);
  });
});

describe("reviewModerate", () => {
  test("ReviewModerateSuccess: published it is seen and counted, rejected it is neither; the verdict is told and written down", async () => {
    const { review } = await submit(ada, 7, 5, { body: "Old but gold" });
    expect(await judge(review.id, "PUBLISH")).toMatchObject({ __typename: "ReviewModerateSuccess", review: { state: "PUBLISHED", version: 2 } });
    expect(await ratingOf(7)).toEqual({ average: "5.00", count: 1, distribution: [{ rating: 5, count: 1 }, { rating: 4, count: 0 }, { rating: 3, count: 0 }, { rating: 2, count: 0 }, { rating: 1, count: 0 }] });
    await published(bob, 7, 4);
    await published(nth(8), 7, 4);
    expect(await ratingOf(7)).toMatchObject({ average: "4.33", count: 3 });
    expect((await judge(review.id, "PUBLISH")).review.version).toBe(2);
    expect(await judge(review.id, "REJECT", { reason: "Not about the teapot" })).toMatchObject({ review: { state: "REJECTED" } });
    expect(await ratingOf(7)).toMatchObject({ average: "4.00", count: 2 });
    const REASON = `{ review(id: "${review.id}") { rejectionReason author { id } } }`;
    expect((await slice.graph.as(ada).run(REASON)).data["review"]).toEqual({ rejectionReason: "Not about the teapot", author: { id: encodeId("usr", SMALL_SHOP.ada) } });
    expect((await slice.graph.as(bob).run(REASON)).data["review"]).toBeNull();
    const events = (await slice.owner.raw<{ type: string }>("select type from platform.outbox where payload->>'reviewId' = (select id::text from catalog.reviews where product_id = $1 and user_id = $2) order by event_id", [SMALL_SHOP.product(7), SMALL_SHOP.ada])).rows.map((row) => row.type);
    expect(events).toEqual(["ReviewSubmitted", "ReviewPublished", "ReviewRejected"]);
    expect((await slice.owner.raw("select 1 from platform.outbox where payload::text like '%gold%' or payload::text like '%teapot%'")).rows).toEqual([]);
    expect((await slice.owner.raw("select details->>'before' as before, details->>'after' as after from platform.audit_log where action = 'reviewModerate' order by id desc limit 1")).rows).toEqual([{ before: "PUBLISHED", after: "REJECTED" }]);
  });

  test("written anew, a published review waits again and leaves the rating", async () => {
    const id = await published(nth(9), 4, 1);
    const before = await ratingOf(4);
    await vote(ada, id);
    expect((await submit(nth(9), 4, 5)).review).toMatchObject({ id, state: "PENDING", helpfulCount: 0 });
    expect((await ratingOf(4)).count).toBe(before.count - 1);
  });

  test("ReviewNotFound, OwnReview, VersionConflict, InvalidValue", async () => {
    for (const id of [encodeId("rev", SMALL_SHOP.ada), encodeId("prd", SMALL_SHOP.product(1)), "\0"]) expect((await judge(id, "PUBLISH")).__typename).toBe("ReviewNotFound");
    const own = (await submit(sam, 2, 5)).review.id;
    expect((await judge(own, "PUBLISH")).__typename).toBe("OwnReview");
    const { review } = await submit(nth(10), 2, 3);
    expect(await judge(review.id, "PUBLISH", { expectedVersion: 9 })).toMatchObject({ __typename: "VersionConflict", actual: 1 });
    for (const reason of [null, "  ", "x".repeat(501), "a\0"]) expect(await judge(review.id, "REJECT", { reason })).toMatchObject({ __typename: "InvalidValue", path: ["input", "reason"] });
  });

  test("the queue is the moderators', the longest waiting first, and pages without gap or repeat", async () => {
    const ASK = "query ($after: String) { reviews(first: 7, after: $after) { nodes { id } pageInfo { hasNextPage endCursor } } }";
    for (const viewer of [ada, vera]) expect((await slice.graph.as(viewer).run(ASK)).errors).toMatchObject([{ extensions: { code: "FORBIDDEN" } }]);
    const ids: string[] = [];
    for (let after: string | null = null; ;) {
      const page: { nodes: { id: string }[]; pageInfo: { hasNextPage: boolean; endCursor: string } } = (await slice.graph.as(sam).run(ASK, { after })).data["reviews"];
      ids.push(...page.nodes.map(({ id }) => id));
      if (!page.pageInfo.hasNextPage) break;
      after = page.pageInfo.endCursor;
    }
    const { rows } = await slice.owner.raw<{ id: string }>("select id from catalog.reviews where state = 'PENDING' order by updated_at, id");
    expect(ids).toEqual(rows.map(({ id }) => encodeId("rev", id)));
  });
});

describe("reviewVote", () => {
  test("ReviewVoteSuccess: one vote per person, however often and however many at once", async () => {
    const id = await published(nth(11), 3, 5);
    const voters = Array.from({ length: 10 }, (_, n) => nth(20 + n));
    await Promise.all(voters.flatMap((viewer) => [vote(viewer, id), vote(viewer, id), vote(viewer, id)]));
    expect((await vote(ada, id)).review).toMatchObject({ helpfulCount: 11, isHelpfulToMe: true });
    await Promise.all(voters.flatMap((viewer, n) => (n < 4 ? [vote(viewer, id, false), vote(viewer, id, false)] : [])));
    expect((await vote(ada, id, false)).review).toMatchObject({ helpfulCount: 6, isHelpfulToMe: false });
  });
  test("ReviewNotFound for one that is not published, OwnReview for one's own", async () => {
    const { review } = await submit(nth(12), 3, 5);
    expect((await vote(ada, review.id)).__typename).toBe("ReviewNotFound");
    await judge(review.id, "PUBLISH");
    expect((await vote(nth(12), review.id)).__typename).toBe("OwnReview");
  });
});

describe("reviewReply", () => {
  test("ReviewReplySuccess: the vendor's people answer for their own products, ADMIN for all; none takes it back", async () => {
    const id = await published(nth(13), 1, 2);
    expect(await reply(vera, id, "We are sorry.\nWrite to us.")).toMatchObject({ __typename: "ReviewReplySuccess", review: { reply: { text: "We are sorry.\nWrite to us.", vendor: { id: encodeId("ven", SMALL_SHOP.vendor) } } } });
    expect((await slice.graph.run(`{ review(id: "${id}") { reply { text } } }`)).data["review"].reply.text).toContain("sorry");
    expect((await reply(vera, id, null)).review.reply).toBeNull();
    const shops = await published(nth(14), 2, 2);
    expect((await reply(person(SMALL_SHOP.root, "ADMIN"), shops, "Thank you.")).review.reply).toEqual({ text: "Thank you.", vendor: null });
    expect((await reply(vera, shops, "Mine?")).__typename).toBe("ReviewNotFound");
  });
  test("ReviewNotFound for one that is not published, InvalidValue for what no one can read", async () => {
    const { review } = await submit(nth(15), 1, 2);
    expect((await reply(vera, review.id, "Hello")).__typename).toBe("ReviewNotFound");
    for (const words of ["a\0", "x".repeat(2_001), "\ud800"]) expect((await reply(vera, review.id, words)).__typename).toBe("InvalidValue");
    expect((await slice.graph.as(ada).run(mutation("reviewReply"), { input: { reviewId: review.id, reply: "Hello" } })).errors).toMatchObject([{ extensions: { code: "FORBIDDEN" } }]);
  });
});

test("reviewDelete: ReviewDeleteSuccess for one's own, out of the rating too; ReviewNotFound for another's", async () => {
  const id = await published(nth(16), 8, 1);
  await vote(ada, id);
  const remove = (viewer: Viewer, reviewId: string) => run("reviewDelete", viewer, { reviewId }, "product { rating { count } }");
  expect((await remove(bob, id)).__typename).toBe("ReviewNotFound");
  expect(await remove(nth(16), id)).toEqual({ __typename: "ReviewDeleteSuccess", product: { rating: { count: 0 } } });
  expect((await remove(nth(16), id)).__typename).toBe("ReviewNotFound");
});

describe("what is shown", () => {
  test("each order and each filter pages without gap or repeat", async () => {
    for (let n = 0; n < 17; n += 1) {
      const id = await published(nth(50 + n), 5, (n % 5) + 1);
      for (let v = 0; v < n % 4; v += 1) await vote(nth(200 + v), id);
    }
    const list = async (args: string) => {
      const nodes: { id: string; rating: number; helpfulCount: number; createdAt: string }[] = [];
      for (let after: string | null = null; ;) {
        const page: { nodes: typeof nodes; pageInfo: { hasNextPage: boolean; endCursor: string } } =
          (await slice.graph.run(`query ($after: String) { product(id: "${productId(5)}") { reviews(first: 4, after: $after${args}) { nodes { id rating helpfulCount createdAt } pageInfo { hasNextPage endCursor } } } }`, { after })).data["product"].reviews;
        nodes.push(...page.nodes);
        if (!page.pageInfo.hasNextPage) return nodes;
        after = page.pageInfo.endCursor;
      }
    };
    for (const [args, key, sign] of [["", "createdAt", -1], [", sort: HELPFUL", "helpfulCount", -1], [", sort: HIGHEST", "rating", -1], [", sort: LOWEST", "rating", 1]] as const) {
      const nodes = await list(args);
      expect([nodes.length, new Set(nodes.map(({ id }) => id)).size]).toEqual([17, 17]);
      const keys = nodes.map((node) => node[key]);
      expect(keys).toEqual(keys.toSorted((a, b) => sign * (a < b ? -1 : a > b ? 1 : 0)));
    }
    expect((await list(", rating: 5")).map(({ rating }) => rating)).toEqual([5, 5, 5]);
    expect(await list(", isVerifiedPurchase: true")).toEqual([]);
    for (const rating of [0, 6]) expect((await slice.graph.run(`{ product(id: "${productId(5)}") { reviews(rating: ${rating}) { nodes { id } } } }`)).errors).toMatchObject([{ extensions: { code: "BAD_USER_INPUT" } }]);
  });

  test("User.reviews: the person's and the moderators', in any state; Review.author likewise", async () => {
    const ASK = `query ($refs: [_Any!]!) { _entities(representations: $refs) { ... on User { id reviews(first: 100) { nodes { state } } } } }`;
    const refs = [{ __typename: "User", id: encodeId("usr", SMALL_SHOP.ada) }, { __typename: "User", id: encodeId("prd", SMALL_SHOP.ada) }];
    for (const viewer of [ada, sam]) expect((await slice.graph.as(viewer).run(ASK, { refs })).data["_entities"]).toMatchObject([{ reviews: { nodes: expect.arrayContaining([{ state: "REJECTED" }]) } }, null]);
    for (const viewer of [bob, vera, undefined]) expect((await (viewer ? slice.graph.as(viewer) : slice.graph).run(ASK, { refs })).data["_entities"][0].reviews).toBeNull();
    const { data, errors } = await slice.graph.run(`{ product(id: "${productId(5)}") { reviews(first: 3) { nodes { author { id } displayName } } } }`);
    expect(data["product"].reviews.nodes).toEqual([{ author: null, displayName: null }, { author: null, displayName: null }, { author: null, displayName: null }]);
    expect(errors?.every((error) => error.extensions?.["code"] === "UNAUTHENTICATED")).toBe(true);
  });

  test("Vendor: the rating of all its products together, and its products as `products` lists them", async () => {
    const ASK = `query ($refs: [_Any!]!) { _entities(representations: $refs) { ... on Vendor { id rating { average count } products { nodes { slug } totalCount } none: products(filter: { vendorId: "${encodeId("ven", SMALL_SHOP.ada)}" }) { nodes { slug } } drafts: products(filter: { status: DRAFT }) { nodes { slug } } } } }`;
    const refs = [{ __typename: "Vendor", id: encodeId("ven", SMALL_SHOP.vendor) }, { __typename: "Vendor", id: encodeId("prd", SMALL_SHOP.vendor) }];
    const { rows: [own] } = await slice.owner.raw<{ average: string; count: number }>("select round(avg(r.rating), 2)::text as average, count(*)::int as count from catalog.reviews r join catalog.products p on p.id = r.product_id where p.vendor_id = $1 and r.state = 'PUBLISHED'", [SMALL_SHOP.vendor]);
    expect((await slice.graph.run(ASK, { refs })).data["_entities"]).toEqual([{ id: refs[0]?.id, rating: own, products: { nodes: [{ slug: "white-hanging-heart-lantern" }], totalCount: 1 }, none: { nodes: [] }, drafts: { nodes: [] } }, null]);
    expect((await slice.graph.as(vera).run(ASK, { refs })).data["_entities"][0].drafts.nodes).toEqual([{ slug: "secret-lantern" }]);
    const many = Array.from({ length: 6 }, (_, n) => ({ __typename: "Vendor", id: encodeId("ven", SMALL_SHOP.product(n)) }));
    const { data, errors } = await slice.graph.run("query ($refs: [_Any!]!) { _entities(representations: $refs) { ... on Vendor { id rating { count } products { totalCount } } } }", { refs: many });
    expect([errors?.length, data["_entities"]]).toMatchObject([1, [{ products: { totalCount: 0 } }, {}, {}, {}, {}, null]]);
  });

  test("a page of products with ratings, reviews and one's own costs as many statements as one product", async () => {
    const ask = (first: number) => `{ products(first: ${first}) { nodes { rating { average count distribution { rating count } } reviews(first: 2, sort: HELPFUL) { nodes { rating isHelpfulToMe reply { vendor { id } } product { slug } } } myReview { state } vendor { rating { average } } } } }`;
    const [few, many] = [await slice.graph.as(ada).run(ask(1)), await slice.graph.as(ada).run(ask(24))];
    expect(many.errors).toBeUndefined();
    expect(many.statements.length).toBeLessThanOrEqual(few.statements.length + 2);
    expect(many.statements.length).toBeLessThanOrEqual(8);
  });
});

test("the kept rating equals the recount, whatever happens at once", async () => {
  const work = Array.from({ length: 60 }, (_, n) => async () => {
    const viewer = nth(300 + (n % 15));
    const product = [1, 2, 3][n % 3] as number;
    const { review } = await submit(viewer, product, (n % 5) + 1);
    if (n % 4 !== 3) await judge(review.id, n % 4 === 2 ? "REJECT" : "PUBLISH", { reason: "So it is" });
    if (n % 11 === 10) await run("reviewDelete", viewer, { reviewId: review.id }, "product { id }");
  });
  await Promise.all(work.map((one) => one()));
  // In one statement over several products, as an erasure or an import does.
  await slice.owner.raw("update catalog.reviews set rating = 6 - rating where user_id = any($1)", [[nth(300).userId, nth(301).userId]]);
  await slice.owner.raw("delete from catalog.reviews where user_id = $1", [nth(302).userId]);
  for (const row of await recount()) expect([row["id"], row["kept"], row["average"]]).toEqual([row["id"], row["counted"], row["mean"]]);
  expect((await recount()).some((row) => Number(row["kept"]) > 3)).toBe(true);
});

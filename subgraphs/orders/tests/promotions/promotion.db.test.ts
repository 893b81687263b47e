import { describe, expect, test } from "vitest";
import { person } from "#kit/testing/graphOf.ts";
import { useSlice } from "#kit/testing/sliceTest.ts";
import { SMALL_SHOP } from "#kit/testing/smallShop.ts";
import { decodeId, encodeId } from "#schema/values/ids.ts";
import { createOrdersSubgraph } from "../../subgraph.ts";
import { desk, PROMOTION, ROOT } from "./desk.ts";

const slice = useSlice("martgraph_orders", (deps) => createOrdersSubgraph({ ...deps, sweepSeconds: 0 }));
const shop = () => desk(slice.graph);
const ten = { name: "Ten", kind: "PERCENTAGE_OFF", percent: "10", needsCode: false };
const unknown = encodeId("prm", SMALL_SHOP.ada);

describe("promotionUpsert", () => {
  test("PromotionUpsertSuccess: everything that can be said is kept, and told", async () => {
    const { __typename, promotion } = await shop().promotionUpsert({
      name: " Three for two ", label: "3 for 2", kind: "BUY_X_GET_Y", buyQuantity: 2, getQuantity: 1, maxSets: 5, percent: "50.25", needsCode: true, currency: "GBP",
      target: { productIds: [encodeId("prd", SMALL_SHOP.product(1))], categoryIds: [encodeId("cat", SMALL_SHOP.category)], vendorIds: [encodeId("ven", SMALL_SHOP.vendor)] },
      getTarget: { variantIds: [encodeId("var", SMALL_SHOP.variant(2))] }, minimumSubtotal: "12.5", minimumQuantity: 3, countries: ["GB", "FR"], customers: "REGISTERED",
      startsAt: "2011-12-01T00:00:00Z", endsAt: "2011-12-24T00:00:00Z", priority: 7, isExclusive: true, group: "xmas", combinesWith: ["shipping"], usageLimit: 1_000, usageLimitPerCustomer: 2,
    });
    expect(__typename).toBe("PromotionUpsertSuccess");
    expect(promotion).toMatchObject({
      id: expect.stringMatching(/^prm_/), name: "Three for two", label: "3 for 2", kind: "BUY_X_GET_Y", percent: "50.25", amount: null, buyQuantity: 2, getQuantity: 1, maxSets: 5,
      target: { products: [{ id: encodeId("prd", SMALL_SHOP.product(1)) }], variants: [], categoryIds: [encodeId("cat", SMALL_SHOP.category)], vendorIds: [encodeId("ven", SMALL_SHOP.vendor)] },
      getTarget: { variants: [{ id: encodeId("var", SMALL_SHOP.variant(2)) }] }, minimumSubtotal: { amount: "12.50" }, minimumQuantity: 3, countries: ["GB", "FR"], customers: "REGISTERED",
      startsAt: "2011-12-01T00:00:00.000Z", endsAt: "2011-12-24T00:00:00.000Z", needsCode: true, priority: 7, isExclusive: true, group: "xmas", combinesWith: ["shipping"],
      usageLimit: 1_000, usageLimitPerCustomer: 2, used: 0, held: 0, isActive: true, isDemo: false, version: 1, codes: { nodes: [] },
    });
    const { rows } = await slice.owner.raw("select payload from platform.outbox where type = 'PromotionChanged' and aggregate_id = $1", [decodeId("prm", promotion.id)]);
    expect(rows).toEqual([{ payload: expect.objectContaining({ version: 1, isActive: true, kind: "BUY_X_GET_Y", startsAt: "2011-12-01T00:00:00.000Z" }) }]);
  });

  test("PromotionUpsertSuccess: replaced as a whole; groups and limits that go without saying", async () => {
    const { promotion: first } = await shop().promotionUpsert({ ...ten, minimumQuantity: 3, target: { productIds: [encodeId("prd", SMALL_SHOP.product(1))] } });
    expect(first).toMatchObject({ label: "Ten", group: "product", combinesWith: [] });
    await shop().promotionDisable(first.id);
    const { promotion } = await shop().promotionUpsert({ id: first.id, expectedVersion: 2, name: "Free", kind: "FREE_SHIPPING", amount: "5", currency: "GBP", needsCode: false, customers: "FIRST_ORDER" });
    expect(promotion).toMatchObject({ id: first.id, version: 3, kind: "FREE_SHIPPING", percent: null, amount: { amount: "5.00", currency: "GBP" }, minimumQuantity: null, group: "shipping", usageLimitPerCustomer: 1, isActive: true, target: { products: [] } });
    expect((await shop().promotionUpsert({ name: "Off", kind: "AMOUNT_OFF", amount: "2.50", currency: "GBP", needsCode: false })).promotion).toMatchObject({ amount: { amount: "2.50" }, group: "order" });
  });

  test.each([
    ["a percentage of nothing", { percent: "0" }, ["percent"]], ["below nothing", { percent: "-10" }, ["percent"]], ["above all", { percent: "100.01" }, ["percent"]],
    ["too fine", { percent: "10.001" }, ["percent"]], ["none", { percent: null }, ["percent"]], ["an amount that has no meaning", { amount: "5", currency: "GBP" }, ["amount"]],
    ["no amount", { kind: "AMOUNT_OFF", percent: null }, ["amount"]], ["an amount without currency", { kind: "AMOUNT_OFF", percent: null, amount: "5" }, ["currency"]],
    ["a negative amount", { kind: "AMOUNT_OFF", percent: null, amount: "-5", currency: "GBP" }, ["amount"]], ["half pennies", { kind: "AMOUNT_OFF", percent: null, amount: "0.005", currency: "GBP" }, ["amount"]],
    ["a currency that is not sold in", { currency: "EUR" }, ["currency"]], ["buy nothing", { kind: "BUY_X_GET_Y", percent: null, buyQuantity: 0, getQuantity: 1 }, ["buyQuantity"]],
    ["get too much", { kind: "BUY_X_GET_Y", percent: null, buyQuantity: 1, getQuantity: 2_147_483_647 }, ["getQuantity"]], ["buy what", { kind: "BUY_X_GET_Y", percent: null, getQuantity: 1 }, ["buyQuantity"]],
    ["no name", { name: "  " }, ["name"]], ["a name that hides", { name: "Ten\u202eneT" }, ["name"]], ["a long label", { label: "x".repeat(101) }, ["label"]],
    ["the id of a variant for a product's", { target: { productIds: [encodeId("var", SMALL_SHOP.variant(1))] } }, ["target", "productIds", "0"]],
    ["no id", { target: { vendorIds: ["'; --"] } }, ["target", "vendorIds", "0"]], ["too many ids", { target: { productIds: Array.from({ length: 501 }, () => "prd_x") } }, ["target"]],
    ["no country", { countries: ["ZZ"] }, ["countries"]], ["an end before the start", { startsAt: "2011-12-02T00:00:00Z", endsAt: "2011-12-02T00:00:00Z" }, ["endsAt"]],
    ["a huge priority", { priority: 1_001 }, ["priority"]], ["a group with spaces", { group: "a b" }, ["group"]], ["an unknown sign", { combinesWith: ["%"] }, ["combinesWith"]],
    ["no use at all", { usageLimit: 0 }, ["usageLimit"]], ["uses below nothing", { usageLimitPerCustomer: -1 }, ["usageLimitPerCustomer"]],
    ["two first orders", { customers: "FIRST_ORDER", usageLimitPerCustomer: 2 }, ["usageLimitPerCustomer"]], ["no units", { minimumQuantity: 0 }, ["minimumQuantity"]],
    ["a minimum without currency", { minimumSubtotal: "5" }, ["currency"]], ["a minimum of nothing", { minimumSubtotal: "0", currency: "GBP" }, ["minimumSubtotal"]],
  ])("InvalidPromotion: %s", async (_name, more, path) => {
    expect(await shop().promotionUpsert({ ...ten, ...more })).toMatchObject({ __typename: "InvalidPromotion", code: "INVALID_PROMOTION", path: ["input", ...path] });
  });

  test.each([["unknown", unknown], ["of another kind", encodeId("ord", SMALL_SHOP.ada)], ["none", "x'; --"]])("PromotionNotFound: an id that is %s", async (_name, id) => {
    expect(await shop().promotionUpsert({ ...ten, id })).toMatchObject({ __typename: "PromotionNotFound", path: ["input", "id"] });
  });

  test("PromotionChangedMeanwhile", async () => {
    const { promotion } = await shop().promotionUpsert(ten);
    expect(await shop().promotionUpsert({ ...ten, id: promotion.id, expectedVersion: 2 })).toMatchObject({ __typename: "PromotionChangedMeanwhile", version: 1 });
  });

  test("UsageLimitTooLow", async () => {
    const { promotion } = await shop().promotionUpsert({ ...ten, usageLimit: 5 });
    await slice.owner.raw("update orders.promotion_uses set used = 3 where promotion_id = $1", [decodeId("prm", promotion.id)]);
    expect(await shop().promotionUpsert({ ...ten, id: promotion.id, usageLimit: 2 })).toMatchObject({ __typename: "UsageLimitTooLow", path: ["input", "usageLimit"] });
    expect((await shop().promotionUpsert({ ...ten, id: promotion.id, usageLimit: 3 })).__typename).toBe("PromotionUpsertSuccess");
  });
});

describe("promotionDisable", () => {
  test("PromotionDisableSuccess: once and again", async () => {
    const { promotion } = await shop().promotionUpsert(ten);
    for (const _twice of [1, 2]) expect((await shop().promotionDisable(promotion.id)).promotion).toMatchObject({ isActive: false, version: 2 });
  });

  test("PromotionNotFound", async () => {
    for (const id of [unknown, "prm_", encodeId("usr", SMALL_SHOP.ada)]) expect((await shop().promotionDisable(id)).__typename).toBe("PromotionNotFound");
  });
});

describe("promotionCodesCreate and promotionCodeDisable", () => {
  test("PromotionCodesCreateSuccess: as they were written", async () => {
    const { promotion } = await shop().promotionUpsert({ ...ten, needsCode: true });
    const { codes } = await shop().promotionCodesCreate({ promotionId: promotion.id, codes: ["Spring-2012", "winter2012"], usageLimit: 1, expiresAt: "2012-01-01T00:00:00Z" });
    expect(codes).toMatchObject([{ code: "Spring-2012", usageLimit: 1, expiresAt: "2012-01-01T00:00:00.000Z", isActive: true }, { code: "winter2012" }]);
  });

  test("CodeTaken: in any spelling, also by another promotion; no code is made", async () => {
    const [one, other] = [await shop().promotion({}, ["SUMMER-12"]), await shop().promotion()];
    expect(await shop().promotionCodesCreate({ promotionId: other.id, codes: ["AUTUMN12", "summer12"] })).toMatchObject({ __typename: "CodeTaken", taken: "summer12" });
    expect((await shop().promotionCodesCreate({ promotionId: one.id, codes: ["AUTUMN12"] })).__typename).toBe("PromotionCodesCreateSuccess");
  });

  test("InvalidPromotionCode, InvalidPromotion, PromotionNotFound", async () => {
    const { id } = await shop().promotion();
    const create = (more: Record<string, unknown>) => shop().promotionCodesCreate({ promotionId: id, codes: ["GOODCODE"], ...more });
    expect(await create({ codes: ["GOODCODE", "a'b; --"] })).toMatchObject({ __typename: "InvalidPromotionCode", path: ["input", "codes", "1"] });
    expect(await create({ codes: ["SAME1", "same-1"] })).toMatchObject({ __typename: "InvalidPromotionCode", message: 'The code "same-1" is named twice.' });
    expect(await create({ codes: [] })).toMatchObject({ __typename: "InvalidPromotion", path: ["input", "codes"] });
    expect(await create({ usageLimit: 0 })).toMatchObject({ __typename: "InvalidPromotion", path: ["input", "usageLimit"] });
    expect(await create({ promotionId: unknown })).toMatchObject({ __typename: "PromotionNotFound" });
  });

  test("PromotionCodeDisableSuccess, CodeNotFound", async () => {
    const { id } = await shop().promotion();
    const { codes } = await shop().promotionCodesCreate({ promotionId: id, codes: ["SWITCHOFF"] });
    expect((await shop().promotionCodeDisable(codes[0].id)).promotionCode).toEqual({ code: "SWITCHOFF", isActive: false });
    for (const codeId of [unknown, encodeId("pcd", SMALL_SHOP.ada)]) expect((await shop().promotionCodeDisable(codeId)).__typename).toBe("CodeNotFound");
  });
});

describe("voucherBatchCreate", () => {
  const key = "batch-1";

  test("VoucherBatchCreateSuccess: so many, each its own, single use; the same key gives the same codes", async () => {
    const { id } = await shop().promotion();
    const { codes } = await shop().voucherBatchCreate({ promotionId: id, count: 500, prefix: "vip", idempotencyKey: key });
    expect([codes.length, new Set(codes.map((one: { code: string }) => one.code)).size, codes[0].usageLimit]).toEqual([500, 500, 1]);
    expect(codes[0].code).toMatch(/^VIP(-[0-9A-HJKMNP-TV-Z]{4}){4}$/);
    expect((await shop().voucherBatchCreate({ promotionId: id, count: 500, prefix: "vip", idempotencyKey: key })).codes).toHaveLength(500);
    const { rows } = await slice.owner.raw("select count(*)::int as codes from orders.promotion_codes where promotion_id = $1", [decodeId("prm", id)]);
    expect(rows).toEqual([{ codes: 500 }]);
  });

  test("IdempotencyConflict, InvalidIdempotencyKey, RequestInProgress", async () => {
    const { id } = await shop().promotion();
    expect((await shop().voucherBatchCreate({ promotionId: id, count: 1, idempotencyKey: key })).__typename).toBe("IdempotencyConflict");
    expect((await shop().voucherBatchCreate({ promotionId: id, count: 1, idempotencyKey: "with space" })).__typename).toBe("InvalidIdempotencyKey");
    await shop().voucherBatchCreate({ promotionId: id, count: 1, idempotencyKey: "running" });
    await slice.owner.raw("update orders.idempotency_keys set state = 'RUNNING', lease_until = now() + interval '20 seconds' where key = 'running'");
    expect((await shop().voucherBatchCreate({ promotionId: id, count: 1, idempotencyKey: "running" })).__typename).toBe("RequestInProgress");
  });

  test("InvalidPromotion, PromotionNotFound", async () => {
    const { id } = await shop().promotion();
    for (const [more, field] of [[{ count: 0 }, "count"], [{ count: 1_001 }, "count"], [{ prefix: "%" }, "prefix"], [{ usageLimit: -1 }, "usageLimit"]] as const) {
      expect(await shop().voucherBatchCreate({ promotionId: id, count: 1, ...more })).toMatchObject({ __typename: "InvalidPromotion", path: ["input", field] });
    }
    expect((await shop().voucherBatchCreate({ promotionId: unknown, count: 1 })).__typename).toBe("PromotionNotFound");
  });
});

describe("who may", () => {
  test("promotions are ADMIN's: read and written; nobody else learns that there are some", async () => {
    const { id } = await shop().promotion();
    for (const viewer of [person(SMALL_SHOP.ada), person(SMALL_SHOP.sam, "SUPPORT"), person(SMALL_SHOP.vera, "VENDOR")]) {
      const { data, errors } = await slice.graph.as(viewer).run("query ($id: ID!) { promotion(id: $id) { name codes { nodes { code } } } }", { id });
      expect([data["promotion"], errors?.[0]?.extensions?.["code"]]).toEqual([null, "FORBIDDEN"]);
      await expect(desk(slice.graph, viewer).promotionUpsert(ten)).rejects.toThrow(/may not/);
      await expect(desk(slice.graph, viewer).giftCardIssue({ amount: "5" })).rejects.toThrow(/may not/);
    }
  });

  test("pages of promotions and codes, in a number of statements that does not grow", async () => {
    const graph = slice.graph.as(ROOT);
    const read = (first: number, after?: string) => graph.run(`query ($first: Int, $after: String) { promotions(first: $first, after: $after) { nodes { ${PROMOTION} } edges { cursor } pageInfo { hasNextPage endCursor } } }`, { first, after });
    const [small, large] = [await read(2), await read(20)];
    expect(small.data["promotions"].pageInfo.hasNextPage).toBe(true);
    expect(large.statements).toHaveLength(small.statements.length);
    const { data } = await read(2, small.data["promotions"].pageInfo.endCursor);
    expect(data["promotions"].nodes.map((one: { id: string }) => one.id)).toEqual(large.data["promotions"].nodes.slice(2, 4).map((one: { id: string }) => one.id));
  });
});

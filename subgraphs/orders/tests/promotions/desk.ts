import { randomUUID } from "node:crypto";
import { type graphOf, person } from "#kit/testing/graphOf.ts";
import { SMALL_SHOP } from "#kit/testing/smallShop.ts";
import { GUEST, type Viewer } from "#kit/viewer.ts";
import type { Database } from "#platform/db/database.ts";
import { decodeId, uuidV7 } from "#schema/values/ids.ts";

type Graph = ReturnType<typeof graphOf>;

export const ROOT = person(SMALL_SHOP.root, "ADMIN");
const ERROR = "... on UserError { code message path }";
export const PROMOTION = `id name label kind percent amount { amount currency } buyQuantity getQuantity maxSets target { products { id } variants { id } categoryIds vendorIds } getTarget { variants { id } }
  minimumSubtotal { amount } minimumQuantity countries customers startsAt endsAt needsCode priority isExclusive group combinesWith usageLimit usageLimitPerCustomer used held isActive isDemo version
  codes { nodes { id code usageLimit used held expiresAt isActive } pageInfo { hasNextPage } }`;
export const GIFT_CARD = "id last4 state initial { amount } balance { amount currency } available { amount } expiresAt note movements { kind amount { amount } balanceAfter { amount } orderId reason }";
const CART_BITS = "cart { id version codes { code label } }";

const OPERATIONS = {
  promotionUpsert: `mutation ($input: PromotionInput!) { promotionUpsert(input: $input) { __typename ... on PromotionUpsertSuccess { promotion { ${PROMOTION} } } ${ERROR} ... on PromotionChangedMeanwhile { version } ... on UsageLimitTooLow { uses } } }`,
  promotionDisable: `mutation ($promotionId: ID!) { promotionDisable(promotionId: $promotionId) { __typename ... on PromotionDisableSuccess { promotion { ${PROMOTION} } } ${ERROR} } }`,
  promotionCodesCreate: `mutation ($input: PromotionCodesInput!) { promotionCodesCreate(input: $input) { __typename ... on PromotionCodesCreateSuccess { codes { id code usageLimit expiresAt isActive } } ${ERROR} ... on CodeTaken { taken } } }`,
  voucherBatchCreate: `mutation ($input: VoucherBatchInput!) { voucherBatchCreate(input: $input) { __typename ... on VoucherBatchCreateSuccess { codes { id code usageLimit } } ${ERROR} } }`,
  promotionCodeDisable: `mutation ($codeId: ID!) { promotionCodeDisable(codeId: $codeId) { __typename ... on PromotionCodeDisableSuccess { promotionCode { code isActive } } ${ERROR} } }`,
  cartApplyCode: `mutation ($input: CartCodeInput!) { cartApplyCode(input: $input) { __typename ... on CartApplyCodeSuccess { ${CART_BITS} } ${ERROR} ... on CodeNotApplicable { reason } ... on TooManyCodes { limit } ... on TooManyWrongCodes { retryAfterSeconds } } }`,
  cartRemoveCode: `mutation ($input: CartCodeInput!) { cartRemoveCode(input: $input) { __typename ... on CartRemoveCodeSuccess { ${CART_BITS} } ${ERROR} } }`,
  giftCardIssue: `mutation ($input: GiftCardIssueInput!) { giftCardIssue(input: $input) { __typename ... on GiftCardIssueSuccess { giftCard { ${GIFT_CARD} } secret } ${ERROR} } }`,
  giftCardAdjust: `mutation ($input: GiftCardAdjustInput!) { giftCardAdjust(input: $input) { __typename ... on GiftCardAdjustSuccess { giftCard { ${GIFT_CARD} } } ${ERROR} ... on BalanceTooLow { available { amount } } } }`,
  giftCardDisable: `mutation ($giftCardId: ID!) { giftCardDisable(giftCardId: $giftCardId) { __typename ... on GiftCardDisableSuccess { giftCard { ${GIFT_CARD} } } ${ERROR} } }`,
  cartGiftCardAdd: `mutation ($input: CartGiftCardInput!) { cartGiftCardAdd(input: $input) { __typename ... on CartGiftCardAddSuccess { cart { id version } } ${ERROR} ... on GiftCardOtherCurrency { currency } ... on TooManyGiftCards { limit } ... on TooManyWrongCodes { retryAfterSeconds } } }`,
  cartGiftCardRemove: `mutation ($input: CartGiftCardRemoveInput!) { cartGiftCardRemove(input: $input) { __typename ... on CartGiftCardRemoveSuccess { cart { id version } } ${ERROR} } }`,
};
type Verb = keyof typeof OPERATIONS;

/** Somebody at the shop's desk, or in front of it: each verb answers the member of its union. */
export function desk(graph: Graph, viewer: Viewer = ROOT) {
  const run = async (verb: Verb, variables: Record<string, unknown>) => {
    const { data, errors } = await graph.as(viewer).run(OPERATIONS[verb], variables);
    if (errors) throw new Error(`${verb}: ${errors.map((error) => error.message).join("; ")}`);
    return data[verb];
  };
  const withInput = (verb: Verb) => (input: Record<string, unknown>) => run(verb, { input });
  const keyed = (verb: Verb) => (input: Record<string, unknown>) => run(verb, { input: { idempotencyKey: randomUUID(), ...input } });
  return {
    promotionUpsert: withInput("promotionUpsert"), promotionCodesCreate: withInput("promotionCodesCreate"), voucherBatchCreate: keyed("voucherBatchCreate"),
    promotionDisable: (promotionId: string) => run("promotionDisable", { promotionId }), promotionCodeDisable: (codeId: string) => run("promotionCodeDisable", { codeId }),
    giftCardIssue: keyed("giftCardIssue"), giftCardAdjust: keyed("giftCardAdjust"), giftCardDisable: (giftCardId: string) => run("giftCardDisable", { giftCardId }),
    cartApplyCode: (cartId: string, code: string, more = {}) => run("cartApplyCode", { input: { cartId, code, ...more } }),
    cartRemoveCode: (cartId: string, code: string) => run("cartRemoveCode", { input: { cartId, code } }),
    cartGiftCardAdd: (cartId: string, code: string) => run("cartGiftCardAdd", { input: { cartId, code } }),
    cartGiftCardRemove: (cartId: string, giftCardId: string) => run("cartGiftCardRemove", { input: { cartId, giftCardId } }),
    /** A promotion of ten per cent, with the codes given where there are any. */
    async promotion(more: Record<string, unknown> = {}, codes: readonly string[] = [], codeMore: Record<string, unknown> = {}) {
      const { promotion } = await run("promotionUpsert", { input: { name: "Ten", kind: "PERCENTAGE_OFF", percent: "percent" in more || (more["kind"] ?? "PERCENTAGE_OFF") !== "PERCENTAGE_OFF" ? null : "10", needsCode: codes.length > 0, combinesWith: ["*"], ...more } });
      if (codes.length > 0) await run("promotionCodesCreate", { input: { promotionId: promotion.id, codes, ...codeMore } });
      return promotion;
    },
    /** A gift card and its code. */
    async giftCard(amount: string, more: Record<string, unknown> = {}): Promise<{ id: string; secret: string }> {
      const { giftCard, secret } = await run("giftCardIssue", { input: { idempotencyKey: randomUUID(), amount, ...more } });
      return { id: giftCard.id, secret };
    },
  };
}

export const guestDesk = (graph: Graph) => desk(graph, GUEST);

/** A checkout under way of a cart of its own, as the purchase makes it; answers its id. */
export async function plantCheckout(owner: Database, cartApiId?: string): Promise<string> {
  const id = uuidV7(new Date());
  const cartId = cartApiId === undefined ? randomUUID() : decodeId("crt", cartApiId);
  if (cartApiId === undefined) await owner.raw("insert into orders.carts (id, currency, created_at, updated_at) values ($1, 'GBP', now(), now())", [cartId]);
  await owner.raw(
    `insert into orders.checkouts (id, cart_id, actor, idempotency_key, state, currency, total_units, exponent, lease_until)
     values ($1, $2, 'guest', $3, 'HELD', 'GBP', 1000, 2, now() + interval '1 hour')`, [id, cartId, randomUUID()]);
  return id;
}

/** An order that nothing else knows of, as the purchase makes it; answers its id. */
export async function plantOrder(owner: Database, more: { userId?: string; email?: string } = {}): Promise<string> {
  const id = uuidV7(new Date());
  await owner.raw(
    `insert into orders.orders (id, number, user_id, state, currency, placed_at, total_units, exponent, source) values ($1, $2, $3, 'PLACED', 'GBP', now(), 0, 2, 'GENERATED')`,
    [id, `T-${id}`, more.userId ?? null]);
  if (more.email) await owner.raw("insert into orders.order_contacts (order_id, email) values ($1, $2)", [id, more.email]);
  return id;
}

import { allow, anyOf, type Guards, permission } from "#kit/guard.ts";

const writers = permission("promotions.write");
const readers = anyOf(permission("promotions.read"), writers);

export const promotionGuards: Guards = {
  Query: { promotion: permission("promotions.read"), promotions: permission("promotions.read") },
  Mutation: { promotionUpsert: writers, promotionDisable: writers, promotionCodesCreate: writers, voucherBatchCreate: writers, promotionCodeDisable: writers, cartApplyCode: allow, cartRemoveCode: allow },
  // Limits, targets and codes are the shop's own business.
  Promotion: readers,
  PromotionTarget: readers,
  PromotionCode: readers,
  PromotionConnection: readers,
  PromotionEdge: readers,
  PromotionCodeConnection: readers,
  PromotionCodeEdge: readers,
  PromotionUpsertSuccess: writers,
  PromotionDisableSuccess: writers,
  PromotionCodesCreateSuccess: writers,
  VoucherBatchCreateSuccess: writers,
  PromotionCodeDisableSuccess: writers,
  PromotionNotFound: allow,
  InvalidPromotion: allow,
  PromotionChangedMeanwhile: allow,
  UsageLimitTooLow: allow,
  InvalidPromotionCode: allow,
  CodeTaken: allow,
  // What is in a cart is seen by whoever holds the cart.
  Cart: { codes: allow },
  CartCode: allow,
  CartApplyCodeSuccess: allow,
  CartRemoveCodeSuccess: allow,
  CodeNotFound: allow,
  CodeExpired: allow,
  CodeUsedUp: allow,
  CodeNotApplicable: allow,
  TooManyCodes: allow,
  TooManyWrongCodes: allow,
};

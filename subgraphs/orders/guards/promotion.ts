import { allow, type Guards, role } from "#kit/guard.ts";

const admin = role("ADMIN");

export const promotionGuards: Guards = {
  Query: { promotion: admin, promotions: admin },
  Mutation: { promotionUpsert: admin, promotionDisable: admin, promotionCodesCreate: admin, voucherBatchCreate: admin, promotionCodeDisable: admin, cartApplyCode: allow, cartRemoveCode: allow },
  // Limits, targets and codes are the shop's own business.
  Promotion: admin,
  PromotionTarget: admin,
  PromotionCode: admin,
  PromotionConnection: admin,
  PromotionEdge: admin,
  PromotionCodeConnection: admin,
  PromotionCodeEdge: admin,
  PromotionUpsertSuccess: admin,
  PromotionDisableSuccess: admin,
  PromotionCodesCreateSuccess: admin,
  VoucherBatchCreateSuccess: admin,
  PromotionCodeDisableSuccess: admin,
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

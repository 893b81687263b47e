import { allow, anyOf, type Guards, permission } from "#kit/guard.ts";

const issuers = permission("giftCards.issue");
const staff = anyOf(permission("giftCards.read"), issuers);

export const giftCardGuards: Guards = {
  Query: { giftCard: allow, giftCards: permission("giftCards.read") },
  Mutation: { giftCardIssue: issuers, giftCardAdjust: issuers, giftCardDisable: issuers, cartGiftCardAdd: allow, cartGiftCardRemove: allow },
  // A card is reached by whoever knows its code, and by the people of the shop.
  GiftCard: {
    id: allow, last4: allow, state: allow, initial: allow, balance: allow, available: allow, expiresAt: allow, issuedAt: allow,
    note: staff, movements: staff,
  },
  GiftCardMovement: staff,
  GiftCardConnection: staff,
  GiftCardEdge: staff,
  GiftCardIssueSuccess: issuers,
  GiftCardAdjustSuccess: issuers,
  GiftCardDisableSuccess: issuers,
  CartGiftCardAddSuccess: allow,
  CartGiftCardRemoveSuccess: allow,
  InvalidGiftCard: allow,
  GiftCardNotFound: allow,
  GiftCardExpired: allow,
  GiftCardEmpty: allow,
  GiftCardOtherCurrency: allow,
  TooManyGiftCards: allow,
  BalanceTooLow: allow,
};

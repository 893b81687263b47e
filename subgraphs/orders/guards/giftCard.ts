import { allow, type Guards, role } from "#kit/guard.ts";

const admin = role("ADMIN");
const staff = role("ADMIN", "SUPPORT");

export const giftCardGuards: Guards = {
  Query: { giftCard: allow, giftCards: staff },
  Mutation: { giftCardIssue: admin, giftCardAdjust: admin, giftCardDisable: admin, cartGiftCardAdd: allow, cartGiftCardRemove: allow },
  // A card is reached by whoever knows its code, and by the people of the shop.
  GiftCard: {
    id: allow, last4: allow, state: allow, initial: allow, balance: allow, available: allow, expiresAt: allow, issuedAt: allow,
    note: staff, movements: staff,
  },
  GiftCardMovement: staff,
  GiftCardConnection: staff,
  GiftCardEdge: staff,
  GiftCardIssueSuccess: admin,
  GiftCardAdjustSuccess: admin,
  GiftCardDisableSuccess: admin,
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

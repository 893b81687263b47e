import { graphMoney } from "#kit/graphMoney.ts";
import { type PageArgs, readPage, toConnection } from "#kit/page.ts";
import { toUserError } from "#kit/userError.ts";
import { decodeId, encodeId } from "#schema/values/ids.ts";
import { cartGiftCardAdd } from "../commands/cartGiftCardAdd.ts";
import { cartGiftCardRemove } from "../commands/cartGiftCardRemove.ts";
import { giftCardAdjust } from "../commands/giftCardAdjust.ts";
import { giftCardDisable } from "../commands/giftCardDisable.ts";
import { giftCardIssue } from "../commands/giftCardIssue.ts";
import { lookUpGiftCard } from "../commands/lookUpGiftCard.ts";
import type { OrdersContext } from "../context.ts";
import { type GiftCard, stateOf } from "../domain/giftCards/giftCard.ts";
import { giftCardCursor, type GiftCardMovement, listGiftCards } from "../queries/giftCards.ts";
import { toSuccess } from "./cart.ts";
import { cartGiftCardAddErrors, cartGiftCardRemoveErrors, giftCardAdjustErrors, giftCardDisableErrors, giftCardIssueErrors } from "./errors/giftCard.ts";
import { tooManyWrongCodes } from "./errors/promotion.ts";

interface IssueInput { idempotencyKey: string; amount: string; currency?: string | null; expiresAt?: Date | null; note?: string | null }
interface AddInput { cartId: string; code: string; expectedVersion?: number | null }
interface RemoveInput { cartId: string; giftCardId: string; expectedVersion?: number | null }
interface AdjustInput { giftCardId: string; idempotencyKey: string; amount: string; reason: string }

export const giftCardResolvers = {
  Query: {
    async giftCard(_root: unknown, { code }: { code: string }, context: OrdersContext) {
      const outcome = await lookUpGiftCard(context, code);
      if (outcome.ok) return outcome.value ? { __typename: "GiftCard", ...outcome.value } : null;
      return toUserError({ TOO_MANY_WRONG_CODES: (refusal) => ({ ...tooManyWrongCodes(refusal), path: ["code"] }) }, outcome.error);
    },
    async giftCards(_root: unknown, args: PageArgs, { db }: OrdersContext) {
      const page = readPage(args, giftCardCursor);
      return toConnection(await listGiftCards(db, page.limit + 1, page.after?.[0]), page, (card) => giftCardCursor.encode([card.id]));
    },
  },
  Mutation: {
    async giftCardIssue(_root: unknown, { input }: { input: IssueInput }, context: OrdersContext) {
      const { idempotencyKey: key, amount, currency, expiresAt, note } = input;
      const outcome = await giftCardIssue(context, { key, amount, currency: currency ?? "GBP", expiresAt: expiresAt ?? null, note: note ?? null });
      return outcome.ok ? { __typename: "GiftCardIssueSuccess", giftCard: outcome.value.card, secret: outcome.value.secret } : toUserError(giftCardIssueErrors, outcome.error);
    },
    async giftCardAdjust(_root: unknown, { input }: { input: AdjustInput }, context: OrdersContext) {
      const { giftCardId, idempotencyKey: key, amount, reason } = input;
      const outcome = await giftCardAdjust(context, { giftCardId: decodeId("gft", giftCardId), key, amount, reason });
      return outcome.ok ? { __typename: "GiftCardAdjustSuccess", giftCard: outcome.value } : toUserError(giftCardAdjustErrors, outcome.error);
    },
    async giftCardDisable(_root: unknown, { giftCardId }: { giftCardId: string }, context: OrdersContext) {
      const outcome = await giftCardDisable(context, decodeId("gft", giftCardId));
      return outcome.ok ? { __typename: "GiftCardDisableSuccess", giftCard: outcome.value } : toUserError(giftCardDisableErrors, outcome.error);
    },
    async cartGiftCardAdd(_root: unknown, { input }: { input: AddInput }, context: OrdersContext) {
      const outcome = await cartGiftCardAdd(context, { ...input, cartId: decodeId("crt", input.cartId) });
      return outcome.ok ? toSuccess("CartGiftCardAddSuccess", outcome, context) : toUserError(cartGiftCardAddErrors, outcome.error);
    },
    async cartGiftCardRemove(_root: unknown, { input }: { input: RemoveInput }, context: OrdersContext) {
      const outcome = await cartGiftCardRemove(context, { ...input, cartId: decodeId("crt", input.cartId), giftCardId: decodeId("gft", input.giftCardId) });
      return outcome.ok ? toSuccess("CartGiftCardRemoveSuccess", outcome, context) : toUserError(cartGiftCardRemoveErrors, outcome.error);
    },
  },
  GiftCard: {
    id: (card: GiftCard) => encodeId("gft", card.id),
    state: (card: GiftCard, _args: unknown, { clocks }: OrdersContext) => stateOf(card, clocks.business.now()),
    initial: (card: GiftCard) => graphMoney(card.initial),
    balance: (card: GiftCard) => graphMoney(card.balance),
    available: (card: GiftCard) => graphMoney(card.available),
    movements: (card: GiftCard, _args: unknown, { loaders }: OrdersContext) => loaders.movementsOfGiftCard.load(card.id),
  },
  GiftCardMovement: {
    amount: (movement: GiftCardMovement) => graphMoney(movement.amount),
    balanceAfter: (movement: GiftCardMovement) => graphMoney(movement.balanceAfter),
    orderId: (movement: GiftCardMovement) => movement.orderId && encodeId("ord", movement.orderId),
  },
};

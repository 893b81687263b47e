import { auditAs } from "#kit/audit.ts";
import { uuidV7 } from "#schema/values/ids.ts";
import type { Money } from "#schema/values/money.ts";
import { err, ok, type Result } from "#schema/values/result.ts";
import type { Tx } from "#platform/db/database.ts";
import { actorOf, type Commanded } from "../context.ts";
import { decideAdjustment, type GiftCard, type InvalidGiftCard } from "../domain/giftCards/giftCard.ts";
import { ACCOUNTS } from "../domain/ledger/ledger.ts";
import { adjustGiftCard, listGiftCardsByIds } from "../queries/giftCards.ts";
import { postJournals } from "../queries/ledger.ts";
import { checkKey, type IdempotencyRefusal, keys, LEASE_SECONDS, refusalOf } from "./idempotency.ts";

export type GiftCardAdjustRefusal = IdempotencyRefusal | InvalidGiftCard | { code: "GIFT_CARD_NOT_FOUND" } | { code: "BALANCE_TOO_LOW"; available: Money };

export interface GiftCardAdjustInput {
  readonly giftCardId: string | undefined;
  readonly key: string;
  readonly amount: string;
  readonly reason: string;
}

/** Corrects a balance, never below what purchases under way hold. */
export async function giftCardAdjust(parts: Commanded, input: GiftCardAdjustInput): Promise<Result<GiftCard, GiftCardAdjustRefusal>> {
  const { db, clocks, viewer } = parts;
  const badKey = checkKey(input.key);
  if (badKey) return err(badKey);
  const { key, ...content } = input;
  const actor = actorOf(viewer);
  const call = { actor, operation: "giftCardAdjust", key, content };
  return db.tx(async (tx): Promise<Result<GiftCard, GiftCardAdjustRefusal>> => {
    const claim = await keys.claim(tx, call, LEASE_SECONDS);
    const refusal = refusalOf(claim);
    if (refusal) return err(refusal);
    const [card] = input.giftCardId === undefined ? [] : await listGiftCardsByIds(tx, [input.giftCardId]);
    if (claim.kind === "STORED" && card) return ok(card);
    const adjusted = card ? await adjust(tx, card, input, actor, clocks.business.now()) : err({ code: "GIFT_CARD_NOT_FOUND" as const });
    if (adjusted.ok) {
      await auditAs(tx, parts, "giftCardAdjust", "giftCard", adjusted.value.id, { amount: input.amount, currency: adjusted.value.balance.currency });
      await keys.finish(tx, call, { giftCardId: adjusted.value.id });
    } else await keys.forget(tx, call);
    return adjusted;
  }, { retries: 3 });
}

async function adjust(tx: Tx, card: GiftCard, input: GiftCardAdjustInput, actor: string, at: Date): Promise<Result<GiftCard, GiftCardAdjustRefusal>> {
  const { currency } = card.balance;
  const decided = decideAdjustment(input.amount, input.reason, currency);
  if (!decided.ok) return decided;
  const { units, reason } = decided.value;
  const reference = uuidV7(at);
  const changed = await adjustGiftCard(tx, { giftCardId: card.id, units, reference, reason, actor }, at);
  if (!changed) {
    const [now] = await listGiftCardsByIds(tx, [card.id]);
    return err({ code: "BALANCE_TOO_LOW", available: (now ?? card).available });
  }
  await postJournals(tx, [{
    kind: "GIFT_CARD_ADJUSTED", reference, orderId: null, currency, occurredAt: at,
    entries: [{ account: ACCOUNTS.giftCardsGranted, units }, { account: ACCOUNTS.giftCards, units: -units }],
  }]);
  return ok(changed);
}

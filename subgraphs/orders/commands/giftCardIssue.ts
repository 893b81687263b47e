import { auditAs } from "#kit/audit.ts";
import { randomFillSync } from "node:crypto";
import { uuidV7 } from "#schema/values/ids.ts";
import { toDecimal } from "#schema/values/money.ts";
import { err, ok, type Result } from "#schema/values/result.ts";
import { writeEvents } from "#platform/events/outbox.ts";
import { actorOf, type Commanded } from "../context.ts";
import { decideIssue, type GiftCard, type InvalidGiftCard, newGiftCardCode, type WantedGiftCard } from "../domain/giftCards/giftCard.ts";
import { ACCOUNTS } from "../domain/ledger/ledger.ts";
import { giftCardDigest, insertGiftCard, listGiftCardsByIds } from "../queries/giftCards.ts";
import { postJournals } from "../queries/ledger.ts";
import { checkKey, type IdempotencyRefusal, keys, LEASE_SECONDS, refusalOf } from "./idempotency.ts";

export type GiftCardIssueRefusal = IdempotencyRefusal | InvalidGiftCard;

export interface IssuedGiftCard {
  readonly card: GiftCard;
  /** Null where the card was issued before: nobody knows its code but whoever was told it then. */
  readonly secret: string | null;
}

/** Issues a gift card: a liability of the shop, granted. */
export async function giftCardIssue(parts: Commanded, input: WantedGiftCard & { key: string }): Promise<Result<IssuedGiftCard, GiftCardIssueRefusal>> {
  const { db, clocks, viewer } = parts;
  const badKey = checkKey(input.key);
  if (badKey) return err(badKey);
  const { key, ...content } = input;
  const actor = actorOf(viewer);
  const call = { actor, operation: "giftCardIssue", key, content };
  return db.tx(async (tx): Promise<Result<IssuedGiftCard, GiftCardIssueRefusal>> => {
    const claim = await keys.claim(tx, call, LEASE_SECONDS);
    const refusal = refusalOf(claim);
    if (refusal) return err(refusal);
    if (claim.kind === "STORED") {
      const [card] = await listGiftCardsByIds(tx, [(claim.response as { giftCardId: string }).giftCardId]);
      if (!card) throw new Error("a gift card that was issued is not there");
      return ok({ card, secret: null });
    }
    const at = clocks.business.now();
    const decided = decideIssue(content, at);
    if (!decided.ok) {
      await keys.forget(tx, call);
      return decided;
    }
    const secret = newGiftCardCode(randomFillSync);
    const digest = giftCardDigest(secret);
    if (!digest) throw new Error("a generated gift card code is none");
    const card = await insertGiftCard(tx, { id: uuidV7(at), ...digest, ...decided.value, actor }, at);
    const { units, currency } = card.initial;
    await postJournals(tx, [{
      kind: "GIFT_CARD_ISSUED", reference: card.id, orderId: null, currency, occurredAt: at,
      entries: [{ account: ACCOUNTS.giftCardsGranted, units }, { account: ACCOUNTS.giftCards, units: -units }],
    }]);
    await writeEvents(tx, [{
      aggregate: "gift_card", aggregateId: card.id, type: "GiftCardIssued", occurredAt: at,
      payload: { giftCardId: card.id, last4: card.last4, amount: toDecimal(card.initial), currency, expiresAt: card.expiresAt?.toISOString() ?? null },
    }]);
    await auditAs(tx, parts, "giftCardIssue", "giftCard", card.id, { amount: toDecimal(card.initial), currency });
    await keys.finish(tx, call, { giftCardId: card.id });
    return ok({ card, secret });
  }, { retries: 3 });
}

/** What a card paid for an order and did not get back. */
export interface CardPart {
  readonly giftCardId: string;
  readonly units: bigint;
}

/** Which cards get how much of a refund, the one spent last first; undefined when they did not pay so much. */
export function planCardRefund(spent: readonly CardPart[], units: bigint): CardPart[] | undefined {
  let left = units;
  const plan: CardPart[] = [];
  for (const { giftCardId, units: paid } of spent.toReversed()) {
    const part = paid < left ? paid : left;
    if (part <= 0n) continue;
    plan.push({ giftCardId, units: part });
    left -= part;
  }
  return left === 0n ? plan : undefined;
}

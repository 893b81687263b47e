import { Database, type DatabaseConfig } from "#platform/db/database.ts";
import type { Discount, PricedGiftCard } from "../../domain/pricing/types.ts";
import { holdCodes, releaseCodes, spendCodes } from "../../queries/holdCodes.ts";

/** What a worker does with its checkouts: hold, then by the checkout's place in the list spend, give back or stop in the middle. */
export interface HoldWork {
  readonly config: DatabaseConfig;
  /** Checkouts, each with the order it becomes. */
  readonly checkouts: readonly (readonly [checkoutId: string, orderId: string])[];
  /** Bigints as text. */
  readonly discount: Omit<Discount, "units"> | null;
  readonly giftCard: Omit<PricedGiftCard, "units"> | null;
  readonly units: string;
  readonly atOnce: number;
}

// A process that holds, spends and gives back, several at once, and says on stdout how each ended.
const { config, checkouts, discount, giftCard, units, atOnce } = JSON.parse(process.argv[2] ?? "") as HoldWork;
const db = Database.open({ ...config, max: atOnce });
const priced = { discounts: discount ? [{ ...discount, units: BigInt(units) }] : [], giftCards: giftCard ? [{ ...giftCard, units: BigInt(units) }] : [] };
const queue = [...checkouts.entries()];
await Promise.all(Array.from({ length: atOnce }, async () => {
  for (let next = queue.shift(); next; next = queue.shift()) {
    const [place, [checkoutId, orderId]] = next;
    const refused = await db.tx((tx) => holdCodes(tx, checkoutId, { userId: null, email: null }, priced), { retries: 5 });
    if (refused.length > 0) process.stdout.write("refused\n");
    // Every fourth purchase is called off, every fifth is left where it is.
    else if (place % 4 === 3) {
      await db.tx((tx) => releaseCodes(tx, checkoutId), { retries: 5 });
      process.stdout.write("released\n");
    } else if (place % 5 !== 4) {
      await db.tx((tx) => spendCodes(tx, checkoutId, orderId), { retries: 5 });
      process.stdout.write("spent\n");
    } else process.stdout.write("held\n");
  }
}));
await db.close();

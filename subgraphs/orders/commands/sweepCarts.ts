import { writeEvents } from "#platform/events/outbox.ts";
import type { OrdersParts } from "../context.ts";
import { expireUnusedCarts } from "../queries/cartExpiry.ts";

/** How many carts one sweep closes; the next one comes soon. */
const BATCH = 500;

/** Closes carts that nobody comes back for, and tells of each. Several sweepers never close one twice. */
export async function sweepCarts({ db, clocks }: OrdersParts, limit: number = BATCH): Promise<number> {
  const at = clocks.business.now();
  return db.tx(async (tx) => {
    const expired = await expireUnusedCarts(tx, at, limit);
    await writeEvents(tx, expired.map((cart) => ({
      aggregate: "cart", aggregateId: cart.id, type: "CartExpired", occurredAt: at,
      payload: { cartId: cart.id, userId: cart.userId, lastChangedAt: cart.updatedAt.toISOString(), lines: Number(cart.lines) },
    })));
    return expired.length;
  });
}

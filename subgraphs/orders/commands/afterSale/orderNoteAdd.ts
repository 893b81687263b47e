import { auditAs } from "#kit/audit.ts";
import { err, type Result } from "#schema/values/result.ts";
import { actorOf, type Commanded } from "../../context.ts";
import { MAX_NOTE, type OrderEvent } from "../../domain/afterSale/timeline.ts";
import { readLines } from "../../domain/text.ts";
import type { Order } from "../../domain/order.ts";
import { findOrderOfCallerForUpdate } from "../../queries/afterSale/orders.ts";
import { insertOrderNote } from "../../queries/afterSale/timeline.ts";
import { inOneGo, refuse } from "./once.ts";

export type NoteRefusal = { code: "ORDER_NOT_FOUND" } | { code: "INVALID_NOTE" };

/** Notes something about an order for the shop's people; nobody else hears of it. */
export async function orderNoteAdd(parts: Commanded, orderId: string | undefined, given: string): Promise<Result<{ event: OrderEvent; order: Order }, NoteRefusal>> {
  const text = readLines(given);
  if (!text || text.length > MAX_NOTE) return err({ code: "INVALID_NOTE" });
  return inOneGo(parts, async (tx) => {
    const order = await findOrderOfCallerForUpdate(tx, { orderId, guestKey: undefined }, parts.viewer, "orders.note");
    if (!order) return refuse({ code: "ORDER_NOT_FOUND" });
    await auditAs(tx, parts, "orderNoteAdd", "order", order.id);
    return { order, event: await insertOrderNote(tx, order.id, actorOf(parts.viewer), text, parts.clocks.business.now()) };
  });
}

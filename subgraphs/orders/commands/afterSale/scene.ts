import type { Tx } from "#platform/db/database.ts";
import { actorOf, type Commanded } from "../../context.ts";
import type { Order } from "../../domain/order.ts";
import { followUnits } from "../../domain/orderState.ts";
import { type Move, moved, type SoldLine, tallyOf } from "../../domain/afterSale/soldLine.ts";
import { setOrderState } from "../../queries/afterSale/orders.ts";
import { listSoldLines, moveUnits } from "../../queries/afterSale/soldLines.ts";
import { findCancellationForUpdate } from "../../queries/cancellations.ts";
import { tellOfOrder } from "../../queries/orderEvents.ts";
import { LEASE_SECONDS } from "../idempotency.ts";
import { refuse } from "./once.ts";

/** An order that is held by a transaction, with its lines, and what may be done to them. */
export interface Scene {
  readonly tx: Tx;
  readonly order: Order;
  readonly lines: readonly SoldLine[];
  /** Business time. */
  readonly at: Date;
  /** user:<uuid> or guest. */
  readonly actor: string;
  /** Writes into the timeline and the outbox. */
  tell(type: string, payload: Readonly<Record<string, unknown>>): Promise<void>;
  /** Moves units of lines; the order's state follows. Answers the lines as they are then. */
  move(moves: readonly Move[]): Promise<readonly SoldLine[]>;
}

/** `order` is held by `tx`. Refuses while the order is being cancelled as a whole. */
export async function sceneOf(parts: Commanded, tx: Tx, order: Order): Promise<Scene> {
  const cancellation = await findCancellationForUpdate(tx, order.id);
  if (cancellation?.state === "RUNNING") refuse({ code: "REQUEST_IN_PROGRESS", retryAfterSeconds: LEASE_SECONDS });
  const [at, actor] = [parts.clocks.business.now(), actorOf(parts.viewer)];
  let [lines, state] = [await listSoldLines(tx, order.id), order.state];
  const tell: Scene["tell"] = (type, payload) => tellOfOrder(tx, order.id, type, { orderId: order.id, number: order.number, ...payload }, at, actor);
  return {
    tx, order, at, actor, tell,
    get lines() { return lines; },
    async move(moves) {
      await moveUnits(tx, order.id, moves);
      lines = moved(lines, moves);
      const to = followUnits(state, tallyOf(lines));
      if (to !== state) {
        await setOrderState(tx, order.id, to);
        await tell("OrderStateChanged", { userId: order.userId, from: state, to });
        state = to;
      }
      return lines;
    },
  };
}

import { badUserInput } from "#kit/errors.ts";
import { type PageArgs, readPage, toConnection } from "#kit/page.ts";
import { type Renderers, toUserError } from "#kit/userError.ts";
import { can } from "#kit/viewer.ts";
import { decodeId, encodeId } from "#schema/values/ids.ts";
import { type NoteRefusal, orderNoteAdd } from "../commands/afterSale/orderNoteAdd.ts";
import type { OrdersContext } from "../context.ts";
import { actorOfEvent, MAX_NOTE, type OrderEvent, textOf } from "../domain/afterSale/timeline.ts";
import type { Order } from "../domain/order.ts";
import { listOrders, ORDER_SORTS, type OrderSort } from "../queries/afterSale/orderList.ts";
import { eventCursor } from "../queries/afterSale/timeline.ts";
import { orderNotFound } from "./errors/afterSale.ts";
import { userRef } from "./refs.ts";

interface OrderWhere { states?: string[] | null; placedFrom?: Date | null; placedTo?: Date | null; buyerId?: string | null; countryCode?: string | null }
type ShownEvent = OrderEvent & { readonly buyerId: string | null };

const DEFAULT_EVENTS = 50;

const noteErrors: Renderers<NoteRefusal> = {
  ORDER_NOT_FOUND: orderNotFound,
  INVALID_NOTE: () => ({ message: `A note has 1 to ${MAX_NOTE} characters.`, path: ["input", "text"] }),
};

export const timelineResolvers = {
  Query: {
    async orders(_root: unknown, args: PageArgs & { where?: OrderWhere | null; sort?: OrderSort | null }, { db }: OrdersContext) {
      const [where, sort] = [args.where ?? {}, args.sort ?? "NEWEST"];
      const page = readPage(args, ORDER_SORTS[sort].cursor);
      const userId = where.buyerId == null ? null : decodeId("usr", where.buyerId);
      if (userId === undefined) throw badUserInput("`buyerId` is no id of an account.", ["where", "buyerId"]);
      const rows = await listOrders(db, {
        states: where.states ?? null, placedFrom: where.placedFrom ?? null, placedTo: where.placedTo ?? null, userId, countryCode: where.countryCode ?? null,
      }, sort, page.limit + 1, page.after);
      return toConnection(rows, page, (order) => ORDER_SORTS[sort].cursor.encode([order.sortKey, order.id]));
    },
  },
  Mutation: {
    async orderNoteAdd(_root: unknown, { input }: { input: { orderId: string; text: string } }, context: OrdersContext) {
      const outcome = await orderNoteAdd(context, decodeId("ord", input.orderId), input.text);
      if (!outcome.ok) return toUserError(noteErrors, outcome.error);
      const { event, order } = outcome.value;
      return { __typename: "OrderNoteAddSuccess", order, event: { ...event, buyerId: order.userId } };
    },
  },
  Order: {
    async events(order: Order, args: PageArgs, { loaders }: OrdersContext) {
      const page = readPage(args, eventCursor, DEFAULT_EVENTS);
      const rows = (await loaders.eventsOfOrder.load({ key: order.id, ...page })).map((event): ShownEvent => ({ ...event, buyerId: order.userId }));
      return toConnection(rows, page, (event) => eventCursor.encode([event.sortKey, event.id]));
    },
  },
  OrderEvent: {
    id: (event: OrderEvent) => encodeId("oev", event.id),
    text: (event: OrderEvent) => textOf(event),
    actor: (event: ShownEvent) => actorOfEvent(event, event.buyerId),
    user: (event: OrderEvent, _args: unknown, { viewer }: OrdersContext) => (can(viewer, "orders.read") && event.actor.startsWith("user:") ? userRef(event.actor.slice(5)) : null),
  },
};

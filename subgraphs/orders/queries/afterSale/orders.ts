import { can, type Permission, type Viewer } from "#kit/viewer.ts";
import type { Reader, Tx } from "#platform/db/database.ts";
import { query } from "#platform/db/query.ts";
import type { Order } from "../../domain/order.ts";
import type { OrderState } from "../../domain/orderState.ts";
import { ORDER_COLUMNS, orderRow, toOrder } from "../orders.ts";

// Whose it is stands in the statement. A guest's order is shown to whoever knows the id of the cart it came from, which is a secret.
const IS_CALLERS = "($2 or o.user_id = $3 or (o.user_id is null and (o.cart_id = $4 or exists (select 1 from orders.orders r where r.id = o.replaces_order_id and r.cart_id = $4))))";

const ofCaller = query({
  name: "orders.orderOfCallerForUpdate",
  text: `select ${ORDER_COLUMNS} from orders.orders o where o.id = $1 and ${IS_CALLERS} for update`,
  params: ["uuid", "bool", "uuid?", "uuid?"],
  row: orderRow,
  budget: { access: "write", maxRows: 1 },
});

const seenById = query({
  name: "orders.orderSeenByCaller",
  text: `select ${ORDER_COLUMNS} from orders.orders o where o.id = $1 and ${IS_CALLERS}`,
  params: ["uuid", "bool", "uuid?", "uuid?"],
  row: orderRow,
  budget: { access: "index", maxRows: 1 },
});

const seenByNumber = query({
  name: "orders.numberedOrderSeenByCaller",
  text: `select ${ORDER_COLUMNS} from orders.orders o where o.number = $1 and ${IS_CALLERS}`,
  params: ["text", "bool", "uuid?", "uuid?"],
  row: orderRow,
  budget: { access: "index", maxRows: 1 },
});

const ofVendors = query({
  name: "orders.orderOfVendorsForUpdate",
  text: `select o.id from orders.orders o
    where o.id = $1 and ($2 or exists (select 1 from orders.order_lines l where l.order_id = o.id and l.vendor_id = any($3))) for update`,
  params: ["uuid", "bool", "uuid[]"],
  row: { id: "uuid" },
  budget: { access: "write", maxRows: 1 },
});

const setState = query({
  name: "orders.setOrderState",
  text: "update orders.orders set state = $2, version = version + 1 where id = $1",
  params: ["uuid", "text"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

/** Holds the order for those who pack it: with the permission any, a vendor one in which it has lines. False when it is not theirs. */
export async function lockOrderOfPackers(tx: Tx, orderId: string, viewer: Viewer): Promise<boolean> {
  return (await tx.maybeOne(ofVendors, [orderId, can(viewer, "fulfilments.write"), viewer.vendorIds])) !== undefined;
}

export async function setOrderState(tx: Tx, orderId: string, state: OrderState): Promise<void> {
  await tx.execute(setState, [orderId, state]);
}

/** Which order a caller names, and how a guest proves that it is theirs. */
export interface OrderOfCaller {
  readonly orderId: string | undefined;
  /** UUID of the cart the order came from. */
  readonly guestKey: string | undefined;
}

/** Whether the viewer acts on it by that permission, and not because it is theirs: then it is written down. */
export function isPrivileged(order: Pick<Order, "userId">, viewer: Viewer, permission: Permission): boolean {
  return order.userId !== viewer.userId && can(viewer, permission);
}

/** Held, if it is the caller's, or the caller may do so with anyone's: `anyones`. */
export async function findOrderOfCallerForUpdate(tx: Tx, { orderId, guestKey }: OrderOfCaller, viewer: Viewer, anyones: Permission): Promise<Order | undefined> {
  const found = orderId === undefined ? undefined : await tx.maybeOne(ofCaller, [orderId, can(viewer, anyones), viewer.userId, guestKey ?? null]);
  return found && toOrder(found);
}

/** By id, by number, or by both where they name one order. Undefined too for an order that is not the caller's. */
export async function findVisibleOrder(db: Reader, { id, number, guestKey }: { id?: string | undefined; number?: string | undefined; guestKey?: string | undefined }, viewer: Viewer): Promise<Order | undefined> {
  const rights = [can(viewer, "orders.read"), viewer.userId, guestKey ?? null] as const;
  const found = id !== undefined ? await db.maybeOne(seenById, [id, ...rights]) : number !== undefined ? await db.maybeOne(seenByNumber, [number, ...rights]) : undefined;
  return found && (number === undefined || found.number === number) ? toOrder(found) : undefined;
}

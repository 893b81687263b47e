import { can, type Viewer } from "#kit/viewer.ts";
import type { Reader, Tx } from "#platform/db/database.ts";
import { query, type RowOf } from "#platform/db/query.ts";
import type { Fulfilment, FulfilmentState, Tracking } from "../../domain/afterSale/fulfilment.ts";
import type { UnitsOf } from "../../domain/afterSale/soldLine.ts";

/** Most parcels and lines of a parcel that an order shows; the graph says so. */
export const MAX_FULFILMENTS = 100;
const MAX_LINES = 100;

const COLUMNS = "f.id, f.order_id, f.number, f.vendor_id, f.state, f.carrier, f.tracking_number, f.tracking_url, f.created_at, f.shipped_at, f.delivered_at";
const row = {
  id: "uuid", order_id: "uuid", number: "text", vendor_id: "uuid?", state: "text", carrier: "text?", tracking_number: "text?", tracking_url: "text?",
  created_at: "timestamptz", shipped_at: "timestamptz?", delivered_at: "timestamptz?",
} as const;

function toFulfilment(found: RowOf<typeof row>): Fulfilment {
  return {
    id: found.id, orderId: found.order_id, number: found.number, vendorId: found.vendor_id, state: found.state as FulfilmentState,
    tracking: { carrier: found.carrier, number: found.tracking_number, url: found.tracking_url },
    createdAt: found.created_at, shippedAt: found.shipped_at, deliveredAt: found.delivered_at,
  };
}

// The order is held by then, so two parcels do not get one number.
const insert = query({
  name: "orders.insertFulfilment",
  text: `with parcel as (
      insert into orders.fulfilments as f (order_id, number, vendor_id, state, carrier, tracking_number, tracking_url, created_at)
      select $1, $2 || '-F' || (select count(*) + 1 from orders.fulfilments n where n.order_id = $1), $3, 'CREATED', $4, $5, $6, $7 returning ${COLUMNS}
    ), lines as (
      insert into orders.fulfilment_lines (fulfilment_id, order_line_id, quantity)
      select parcel.id, l.id, l.quantity from parcel, unnest($8::uuid[], $9::int8[]) as l (id, quantity)
    )
    select * from parcel`,
  params: ["uuid", "text", "uuid?", "text?", "text?", "text?", "timestamptz", "uuid[]", "int8[]"],
  row,
  budget: { access: "write", maxRows: 1 },
});

const orderOf = query({
  name: "orders.orderOfFulfilment",
  text: "select f.order_id from orders.fulfilments f where f.id = $1 and ($2 or f.vendor_id = any($3))",
  params: ["uuid", "bool", "uuid[]"],
  row: { order_id: "uuid" },
  budget: { access: "index", maxRows: 1 },
});

const byIds = query({
  name: "orders.fulfilmentsByIds",
  text: `select ${COLUMNS} from orders.fulfilments f where f.id = any($1)`,
  params: ["uuid[]"],
  row,
  budget: { access: "index", maxRows: 1_000 },
});

const setState = query({
  name: "orders.setFulfilmentState",
  text: `update orders.fulfilments as f set state = $2, version = f.version + 1,
      carrier = coalesce($4, f.carrier), tracking_number = coalesce($5, f.tracking_number), tracking_url = coalesce($6, f.tracking_url),
      shipped_at = case when $2 = 'SHIPPED' then $3 else f.shipped_at end, delivered_at = case when $2 = 'DELIVERED' then $3 else f.delivered_at end,
      cancelled_at = case when $2 = 'CANCELLED' then $3 else f.cancelled_at end
    where f.id = $1 returning ${COLUMNS}`,
  params: ["uuid", "text", "timestamptz", "text?", "text?", "text?"],
  row,
  budget: { access: "write", maxRows: 1 },
});

const ofOrders = query({
  name: "orders.fulfilmentsOfOrders",
  text: `select ${COLUMNS} from unnest($1::uuid[]) as asked (order_id)
    cross join lateral (select * from orders.fulfilments where order_id = asked.order_id order by created_at, id limit ${MAX_FULFILMENTS}) f`,
  params: ["uuid[]"],
  row,
  budget: { access: "index", maxRows: 1_000 * MAX_FULFILMENTS },
});

const linesOf = query({
  name: "orders.linesOfFulfilments",
  text: `select x.fulfilment_id, x.order_line_id, x.quantity from unnest($1::uuid[]) as asked (fulfilment_id)
    cross join lateral (
      select fl.*, l.position from orders.fulfilment_lines fl join orders.order_lines l on l.id = fl.order_line_id
      where fl.fulfilment_id = asked.fulfilment_id order by l.position limit ${MAX_LINES}
    ) x`,
  params: ["uuid[]"],
  row: { fulfilment_id: "uuid", order_line_id: "uuid", quantity: "int8" },
  budget: { access: "index", maxRows: 1_000 * MAX_LINES },
});

export interface FulfilmentLine extends UnitsOf {
  readonly fulfilmentId: string;
}

export async function insertFulfilment(tx: Tx, order: { id: string; number: string }, vendorId: string | null, tracking: Tracking, units: readonly UnitsOf[], at: Date): Promise<Fulfilment> {
  return toFulfilment(await tx.one(insert, [
    order.id, order.number, vendorId, tracking.carrier, tracking.number, tracking.url, at, units.map((unit) => unit.lineId), units.map((unit) => unit.quantity),
  ]));
}

/** Whose order a parcel belongs to, for those who may move it: with the permission any, a vendor its own. */
export async function findOrderOfFulfilment(db: Reader, id: string, viewer: Viewer): Promise<string | undefined> {
  return (await db.maybeOne(orderOf, [id, can(viewer, "fulfilments.write"), viewer.vendorIds]))?.order_id;
}

export async function listFulfilmentsByIds(db: Reader, ids: readonly string[]): Promise<Fulfilment[]> {
  return (await db.many(byIds, [ids])).map(toFulfilment);
}

/** Tracking that is null stays as it was. The order is held. */
export async function setFulfilmentState(tx: Tx, id: string, state: FulfilmentState, at: Date, tracking: Tracking): Promise<Fulfilment> {
  return toFulfilment(await tx.one(setState, [id, state, at, tracking.carrier, tracking.number, tracking.url]));
}

export async function listFulfilments(db: Reader, orderIds: readonly string[]): Promise<Fulfilment[]> {
  return (await db.many(ofOrders, [orderIds])).map(toFulfilment);
}

export async function listFulfilmentLines(db: Reader, fulfilmentIds: readonly string[]): Promise<FulfilmentLine[]> {
  return (await db.many(linesOf, [fulfilmentIds])).map((found) => ({ fulfilmentId: found.fulfilment_id, lineId: found.order_line_id, quantity: found.quantity }));
}

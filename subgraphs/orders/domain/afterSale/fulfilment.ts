import { err, ok, type Result } from "#schema/values/result.ts";
import { hasHidden } from "#schema/values/text.ts";
import type { LineUnits, SoldLine } from "./soldLine.ts";
import { tallyOf } from "./soldLine.ts";

export const FULFILMENT_STATES = ["CREATED", "SHIPPED", "DELIVERED", "CANCELLED"] as const;
export type FulfilmentState = (typeof FULFILMENT_STATES)[number];

/** Where a parcel may go from each state. */
export const NEXT_FULFILMENT_STATES: Readonly<Record<FulfilmentState, readonly FulfilmentState[]>> = {
  CREATED: ["SHIPPED", "CANCELLED"],
  SHIPPED: ["DELIVERED"],
  DELIVERED: [],
  CANCELLED: [],
};

export interface Tracking {
  readonly carrier: string | null;
  readonly number: string | null;
  readonly url: string | null;
}

export interface Fulfilment {
  readonly id: string;
  readonly orderId: string;
  readonly number: string;
  readonly vendorId: string | null;
  readonly state: FulfilmentState;
  readonly tracking: Tracking;
  readonly createdAt: Date;
  readonly shippedAt: Date | null;
  readonly deliveredAt: Date | null;
}

export interface TrackingRefusal {
  readonly code: "INVALID_TRACKING";
  readonly field: keyof Tracking;
}

const MAX = { carrier: 100, number: 100, url: 500 } as const;

/** Carrier, number and address of a parcel as they are kept: trimmed, empty is none; an address is one of the web. */
export function readTracking(given: Partial<Tracking>): Result<Tracking, TrackingRefusal> {
  const read = (field: keyof Tracking) => given[field]?.trim() || null;
  const tracking: Tracking = { carrier: read("carrier"), number: read("number"), url: read("url") };
  for (const field of ["carrier", "number", "url"] as const) {
    const text = tracking[field];
    if (text !== null && (text.length > MAX[field] || hasHidden(text))) return err({ code: "INVALID_TRACKING", field });
  }
  if (tracking.url !== null && !isWebAddress(tracking.url)) return err({ code: "INVALID_TRACKING", field: "url" });
  return ok(tracking);
}

function isWebAddress(text: string): boolean {
  const url = URL.parse(text);
  return url !== null && (url.protocol === "https:" || url.protocol === "http:") && url.username === "" && url.password === "";
}

/** How far an order is on its way, over all its lines that were not cancelled. */
export const FULFILMENT_STATUSES = ["UNFULFILLED", "PARTIALLY_FULFILLED", "FULFILLED", "PARTIALLY_SHIPPED", "SHIPPED", "DELIVERED"] as const;
export type FulfilmentStatus = (typeof FULFILMENT_STATUSES)[number];

export function fulfilmentStatus(lines: readonly { quantity: bigint; units: LineUnits }[]): FulfilmentStatus {
  const units = tallyOf(lines);
  const left = units.ordered - units.cancelled;
  if (left === 0n || units.fulfilled === 0n) return "UNFULFILLED";
  if (units.delivered === left) return "DELIVERED";
  if (units.shipped === left) return "SHIPPED";
  if (units.shipped > 0n) return "PARTIALLY_SHIPPED";
  return units.fulfilled === left ? "FULFILLED" : "PARTIALLY_FULFILLED";
}

/** Whose parcel it is: the vendor's when all its lines are that vendor's. */
export function vendorOfParcel(lines: readonly SoldLine[], lineIds: readonly string[]): string | null {
  const vendors = new Set(lines.filter((line) => lineIds.includes(line.id)).map((line) => line.vendorId));
  return vendors.size === 1 ? ([...vendors][0] ?? null) : null;
}

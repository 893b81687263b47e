export const MAX_EVENTS = 50;
const MAX_TEXT = 200;
const OLDEST_MS = 24 * 3_600_000;
const AHEAD_MS = 5 * 60_000;

export type BehaviourType = "VIEW" | "SEARCH" | "ADD_TO_CART" | "CHECKOUT" | "PURCHASE";

/** An event as it was sent; `productId` is undefined where none was named, null where the id names no product at all. */
export interface SentEvent {
  /** UUID. */
  readonly id: string;
  readonly type: BehaviourType;
  /** By the visitor's wall clock. */
  readonly occurredAt: Date;
  readonly productId: string | null | undefined;
  readonly searchText: string | undefined;
  readonly step: string | undefined;
  /** Of a SEARCH: how many products were found. */
  readonly results?: number | undefined;
  /** Of a VIEW: the place in the list it was opened from, from 1. */
  readonly position?: number | undefined;
  /** Of a PURCHASE: the order, null where the id names none at all. */
  readonly orderId?: string | null | undefined;
}

/** An event as it is stored. */
export interface BehaviourEvent {
  readonly index: number;
  readonly id: string;
  readonly type: BehaviourType;
  /** Business time. */
  readonly occurredAt: Date;
  readonly productId: string | null;
  readonly searchText: string | null;
  readonly step: string | null;
  readonly results: number | null;
  readonly position: number | null;
  readonly orderId: string | null;
}

export type RejectionCode = "WRONG_TIME" | "UNKNOWN_PRODUCT" | "FIELD_MISSING" | "FIELD_NOT_ALLOWED" | "TEXT_TOO_LONG" | "OUT_OF_RANGE" | "UNKNOWN_ORDER" | "SAME_ID_TWICE";
export interface Rejection {
  readonly index: number;
  readonly code: RejectionCode;
  /** The field it is about. */
  readonly field: string;
}

type Need = "needed" | "allowed" | "never";
const NONE = { productId: "never", searchText: "never", checkoutStep: "never", resultCount: "never", position: "never", orderId: "never" } as const;
/** Which fields an event of a type has. */
const FIELDS: Readonly<Record<BehaviourType, Readonly<Record<keyof typeof NONE, Need>>>> = {
  VIEW: { ...NONE, productId: "needed", position: "allowed" },
  SEARCH: { ...NONE, searchText: "needed", resultCount: "allowed" },
  ADD_TO_CART: { ...NONE, productId: "needed" },
  CHECKOUT: { ...NONE, checkoutStep: "needed" },
  PURCHASE: { ...NONE, productId: "allowed", orderId: "allowed" },
};
/** The least and the most of a number. */
const RANGES = { resultCount: [0, 100_000_000], position: [1, 100_000] } as const;

/** Parts the events of a call into those to store and those refused. `offsetMs` is business time less wall time. */
export function readEvents(sent: readonly SentEvent[], wall: Date, offsetMs: number): { events: BehaviourEvent[]; rejected: Rejection[] } {
  const events: BehaviourEvent[] = [];
  const rejected: Rejection[] = [];
  const seen = new Set<string>();
  for (const [index, event] of sent.entries()) {
    const searchText = event.searchText === undefined ? undefined : tidy(event.searchText);
    const refusal = refuse(event, searchText, wall) ?? (seen.has(event.id) ? { code: "SAME_ID_TWICE" as const, field: "id" } : undefined);
    seen.add(event.id);
    if (refusal) rejected.push({ index, ...refusal });
    else {
      events.push({
        index, id: event.id, type: event.type, occurredAt: new Date(event.occurredAt.getTime() + offsetMs),
        productId: event.productId ?? null, searchText: searchText ?? null, step: event.step ?? null,
        results: event.results ?? null, position: event.position ?? null, orderId: event.orderId ?? null,
      });
    }
  }
  return { events, rejected };
}

function refuse(event: SentEvent, searchText: string | undefined, wall: Date): { code: RejectionCode; field: string } | undefined {
  const age = wall.getTime() - event.occurredAt.getTime();
  if (age > OLDEST_MS || age < -AHEAD_MS) return { code: "WRONG_TIME", field: "occurredAt" };
  const given = { productId: event.productId !== undefined, searchText: searchText !== undefined && searchText !== "", checkoutStep: event.step !== undefined, resultCount: event.results !== undefined, position: event.position !== undefined, orderId: event.orderId !== undefined };
  for (const [field, need] of Object.entries(FIELDS[event.type])) {
    const isGiven = given[field as keyof typeof given];
    if (need === "needed" && !isGiven) return { code: "FIELD_MISSING", field };
    if (need === "never" && isGiven) return { code: "FIELD_NOT_ALLOWED", field };
  }
  if (event.productId === null) return { code: "UNKNOWN_PRODUCT", field: "productId" };
  if (event.orderId === null) return { code: "UNKNOWN_ORDER", field: "orderId" };
  for (const [field, number] of [["resultCount", event.results], ["position", event.position]] as const) {
    const [least, most] = RANGES[field];
    if (number !== undefined && (number < least || number > most)) return { code: "OUT_OF_RANGE", field };
  }
  if ((searchText?.length ?? 0) > MAX_TEXT) return { code: "TEXT_TOO_LONG", field: "searchText" };
  return undefined;
}

/** One line, single spaces, no control characters; what looks like a mail address is blotted out, for people type those into anything. */
function tidy(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\s]+/gu, " ").replaceAll(/[^\s@]{1,64}@[^\s@]{1,255}/g, "[mail]").trim();
}

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
}

export type RejectionCode = "WRONG_TIME" | "UNKNOWN_PRODUCT" | "FIELD_MISSING" | "FIELD_NOT_ALLOWED" | "TEXT_TOO_LONG" | "SAME_ID_TWICE";
export interface Rejection {
  readonly index: number;
  readonly code: RejectionCode;
  /** The field it is about. */
  readonly field: string;
}

type Need = "needed" | "allowed" | "never";
/** Which fields an event of a type has. */
const FIELDS: Readonly<Record<BehaviourType, Readonly<Record<"productId" | "searchText" | "checkoutStep", Need>>>> = {
  VIEW: { productId: "needed", searchText: "never", checkoutStep: "never" },
  SEARCH: { productId: "never", searchText: "needed", checkoutStep: "never" },
  ADD_TO_CART: { productId: "needed", searchText: "never", checkoutStep: "never" },
  CHECKOUT: { productId: "never", searchText: "never", checkoutStep: "needed" },
  PURCHASE: { productId: "allowed", searchText: "never", checkoutStep: "never" },
};

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
      });
    }
  }
  return { events, rejected };
}

function refuse(event: SentEvent, searchText: string | undefined, wall: Date): { code: RejectionCode; field: string } | undefined {
  const age = wall.getTime() - event.occurredAt.getTime();
  if (age > OLDEST_MS || age < -AHEAD_MS) return { code: "WRONG_TIME", field: "occurredAt" };
  const given = { productId: event.productId !== undefined, searchText: searchText !== undefined && searchText !== "", checkoutStep: event.step !== undefined };
  for (const [field, need] of Object.entries(FIELDS[event.type])) {
    const isGiven = given[field as keyof typeof given];
    if (need === "needed" && !isGiven) return { code: "FIELD_MISSING", field };
    if (need === "never" && isGiven) return { code: "FIELD_NOT_ALLOWED", field };
  }
  if (event.productId === null) return { code: "UNKNOWN_PRODUCT", field: "productId" };
  if ((searchText?.length ?? 0) > MAX_TEXT) return { code: "TEXT_TOO_LONG", field: "searchText" };
  return undefined;
}

/** One line, single spaces, no control characters; what looks like a mail address is blotted out, for people type those into anything. */
function tidy(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\s]+/gu, " ").replaceAll(/[^\s@]{1,64}@[^\s@]{1,255}/g, "[mail]").trim();
}

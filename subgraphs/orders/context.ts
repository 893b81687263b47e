import { createHash } from "node:crypto";
import type { ContextOf } from "#kit/subgraph.ts";
import type { Viewer } from "#kit/viewer.ts";
import type { Clocks } from "#platform/clock.ts";
import type { Database } from "#platform/db/database.ts";
import type { Log } from "#platform/log.ts";
import type { OrdersLoaders } from "./loaders.ts";
import type { FraudPort } from "./ports/fraud.ts";
import type { PaymentProvider } from "./ports/paymentProvider.ts";
import type { StockReserver } from "./queries/reserver.ts";

/** What the slice works with once it is made. */
export interface OrdersParts {
  /** Logged in as martgraph_orders. */
  readonly db: Database;
  readonly clocks: Clocks;
  readonly log: Log;
  readonly payments: PaymentProvider;
  readonly fraud: FraudPort;
  readonly stock: StockReserver;
  /** Webhooks may also go to http and to addresses inside of the house; not where not given. */
  readonly allowPrivateWebhooks?: boolean;
}

const GUEST_ACTOR = "guest";

export type OrdersContext = ContextOf<OrdersParts, OrdersLoaders>;

/** A command's parts and who gives it. */
export type Commanded = OrdersParts & { readonly viewer: Viewer; readonly requestId?: string };

/** Who did something, as it is noted. */
export function actorOf(viewer: Viewer): string {
  return viewer.userId === null ? GUEST_ACTOR : `user:${viewer.userId}`;
}

/**
 * Under whose name idempotency keys are kept. Guests have no name, so the secret they show, the id of their cart, keeps their keys
 * apart: nobody meets another's key by choosing the same one.
 */
export function keyOwnerOf(viewer: Viewer, secret: string | null | undefined): string {
  return viewer.userId !== null || !secret ? actorOf(viewer) : `${GUEST_ACTOR}:${createHash("sha256").update(secret).digest("base64url").slice(0, 22)}`;
}

/** Who it was, of the name that keys are kept under. */
export function actorOfKeyOwner(owner: string): string {
  return owner.startsWith(GUEST_ACTOR) ? GUEST_ACTOR : owner;
}

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

export type OrdersContext = ContextOf<OrdersParts, OrdersLoaders>;

/** A command's parts and who gives it. */
export type Commanded = OrdersParts & { readonly viewer: Viewer };

/** Under whose name idempotency keys are kept. Guests share one: a stored answer is found only by its whole content, the cart's id too. */
export function actorOf(viewer: Viewer): string {
  return viewer.userId === null ? "guest" : `user:${viewer.userId}`;
}

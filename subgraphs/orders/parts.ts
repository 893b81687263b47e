import type { Clocks } from "#platform/clock.ts";
import { tellingSettings } from "#platform/config.ts";
import type { Database } from "#platform/db/database.ts";
import type { Log } from "#platform/log.ts";
import type { OrdersParts } from "./context.ts";
import { createFakePayments } from "./ports/fake/createFakePayments.ts";
import { createFraudRules, type FraudPort } from "./ports/fraud.ts";
import type { PaymentProvider } from "./ports/paymentProvider.ts";
import { createReserver } from "./queries/reserver.ts";

export interface PartsGiven {
  /** Logged in as martgraph_orders. */
  readonly db: Database;
  readonly clocks: Clocks;
  readonly log: Log;
  /** The stateful stand-in where not given. */
  readonly payments?: PaymentProvider;
  /** Rules over the shop's own books where not given. */
  readonly fraud?: FraudPort;
  /** As the setting MARTGRAPH_WEBHOOKS_TO_PRIVATE says where not given. */
  readonly allowPrivateWebhooks?: boolean;
}

/** What the slice works with: what is given, and the shop's own for the rest. */
export function createParts({ db, clocks, log, payments, fraud, allowPrivateWebhooks = tellingSettings().allowPrivateWebhooks }: PartsGiven): OrdersParts {
  return { db, clocks, log, payments: payments ?? createFakePayments(db), fraud: fraud ?? createFraudRules(db), stock: createReserver(db), allowPrivateWebhooks };
}

import { emailChangeNoticeWanted, emailChangeWanted, emailVerificationWanted, passwordChanged, passwordResetWanted } from "./account.ts";
import { cartExpired } from "./cart.ts";
import { productChanged } from "./catalogue.ts";
import { dataIncidentClosed, dataIncidentOpened } from "./dataQuality.ts";
import { disputeClosed, disputeOpened, refundFailed } from "./dispute.ts";
import type { EventType } from "./event.ts";
import { stockAdjusted, stockBack, stockLow } from "./inventory.ts";
import { identityLinked, identityUnlinked } from "./identity.ts";
import { invoiceIssued, orderLinesCancelled, refundCreated, returnReceived, returnRequested, returnResolved } from "./afterSale.ts";
import { fulfilmentCancelled, fulfilmentCreated, fulfilmentDelivered, fulfilmentShipped, orderStateChanged } from "./fulfilment.ts";
import { mfaDisabled, mfaEnabled, recoveryCodesRenewed, recoveryCodeUsed } from "./mfa.ts";
import { orderCancelled, orderPlaced } from "./order.ts";
import { checkoutExpired, fraudReviewOpened, fraudReviewResolved, orderPaid, paymentAuthorized, paymentCaptured, paymentFailed, paymentVoided, refundPaid } from "./payment.ts";
import { giftCardIssued, giftCardSpent, promotionChanged } from "./promotions.ts";
import { priceChanged } from "./price.ts";
import { dataExportReady, userErased } from "./privacy.ts";
import { reviewPublished, reviewRejected, reviewSubmitted } from "./review.ts";
import { userRegistered } from "./user.ts";

/**
 * Every event that the shop writes. An event that is not here fails the tests of whoever writes it, and `docs/events.md` is
 * made from this list. While an older version may still be on its way, both stand here. One area of a slice has one file; add its events here, sorted by area.
 */
export const EVENTS: readonly EventType[] = [
  cartExpired,
  orderPlaced,
  orderCancelled,
  orderPaid,
  checkoutExpired,
  fraudReviewOpened,
  fraudReviewResolved,
  paymentAuthorized,
  paymentCaptured,
  paymentFailed,
  paymentVoided,
  refundPaid,
  disputeOpened, disputeClosed, refundFailed,
  priceChanged,
  reviewSubmitted, reviewPublished, reviewRejected,
  productChanged,
  stockLow,
  stockBack,
  stockAdjusted,
  promotionChanged, giftCardIssued, giftCardSpent,
  invoiceIssued,
  orderStateChanged, fulfilmentCreated, fulfilmentShipped, fulfilmentDelivered, fulfilmentCancelled, orderLinesCancelled, refundCreated, returnRequested, returnResolved, returnReceived,
  userRegistered,
  mfaEnabled, mfaDisabled, recoveryCodesRenewed, recoveryCodeUsed,
  dataExportReady, userErased,
  emailVerificationWanted, passwordResetWanted, emailChangeWanted, emailChangeNoticeWanted, passwordChanged,
  identityLinked, identityUnlinked,
  dataIncidentOpened, dataIncidentClosed,
];

const byType = new Map(EVENTS.toSorted((a, b) => a.version - b.version).map((event) => [event.type, event]));

/** The newest contract of a type, or undefined for one that is not described. */
export function eventType(type: string): EventType | undefined {
  return byType.get(type);
}

/** An event as it stands in the outbox. */
export interface WrittenEvent {
  readonly type: string;
  readonly version: number;
  readonly aggregate: string;
  readonly payload: unknown;
}

/** What an event does not keep of its contract, as sentences; empty when all is well. Fields that are not described count too. */
export function contractBreaches({ type, version, aggregate, payload }: WrittenEvent): string[] {
  const known = eventType(type);
  if (!known) return [`${type} is not described: define it in schema/events/<area>.ts and list it in schema/events/registry.ts`];
  const breaches = [];
  if (known.version !== version) breaches.push(`${type} is written in version ${version}, described is version ${known.version}`);
  if (known.aggregate !== aggregate) breaches.push(`${type} happens to "${aggregate}", described is "${known.aggregate}"`);
  const read = known.payload.strict().safeParse(payload);
  if (!read.success) breaches.push(...read.error.issues.map((issue) => `${type}: ${issue.path.join(".") || "payload"}: ${issue.message}`));
  return breaches;
}

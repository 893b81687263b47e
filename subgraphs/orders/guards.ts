import type { Guards } from "#kit/guard.ts";
import { mergeAreas } from "#kit/mergeAreas.ts";
import { behaviourGuards } from "./guards/behaviour.ts";
import { cartGuards } from "./guards/cart.ts";
import { checkoutGuards } from "./guards/checkout.ts";
import { deliveryGuards } from "./guards/delivery.ts";
import { fulfilmentGuards } from "./guards/fulfilment.ts";
import { giftCardGuards } from "./guards/giftCard.ts";
import { invoiceGuards } from "./guards/invoice.ts";
import { orderGuards } from "./guards/order.ts";
import { paymentGuards } from "./guards/payment.ts";
import { promotionGuards } from "./guards/promotion.ts";
import { refundGuards } from "./guards/refund.ts";
import { returnGuards } from "./guards/return.ts";
import { sharedGuards } from "./guards/shared.ts";
import { timelineGuards } from "./guards/timeline.ts";
import { vendorOrderGuards } from "./guards/vendorOrder.ts";
import { webhookInboxGuards } from "./guards/webhookInbox.ts";
import { webhookEndpointGuards } from "./guards/webhookEndpoint.ts";

// Carts and orders that are not the viewer's are not there: the statements and loaders hold them back, also for `_entities`. So
// whoever holds an order or a cart may have its fields. Guests buy too, hence the open mutations; each one looks whose cart it is.
export const guards: Guards = mergeAreas<Guards>(sharedGuards, webhookEndpointGuards, cartGuards, checkoutGuards, paymentGuards, orderGuards, behaviourGuards, fulfilmentGuards, refundGuards, deliveryGuards, returnGuards, webhookInboxGuards, promotionGuards, giftCardGuards, vendorOrderGuards, timelineGuards, invoiceGuards);

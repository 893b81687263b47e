import { mergeAreas } from "#kit/mergeAreas.ts";
import type { Resolvers } from "#kit/subgraph.ts";
import { behaviourResolvers } from "./behaviour.ts";
import { cartResolvers } from "./cart.ts";
import { checkoutResolvers } from "./checkout.ts";
import { deliveryResolvers } from "./delivery.ts";
import { fulfilmentResolvers } from "./fulfilment.ts";
import { giftCardResolvers } from "./giftCard.ts";
import { invoiceResolvers } from "./invoice.ts";
import { orderResolvers } from "./order.ts";
import { orderTotalsResolvers } from "./orderTotals.ts";
import { paymentResolvers } from "./payment.ts";
import { promotionResolvers } from "./promotion.ts";
import { refundResolvers } from "./refund.ts";
import { returnResolvers } from "./return.ts";
import { voucherResolvers } from "./voucher.ts";
import { timelineResolvers } from "./timeline.ts";
import { vendorOrderResolvers } from "./vendorOrder.ts";
import { webhookEndpointResolvers } from "./webhookEndpoint.ts";
import { webhookInboxResolvers } from "./webhookInbox.ts";

export const resolvers: Resolvers = mergeAreas<Resolvers>(
  cartResolvers,
  deliveryResolvers,
  promotionResolvers,
  voucherResolvers,
  giftCardResolvers,
  checkoutResolvers,
  paymentResolvers,
  orderTotalsResolvers,
  invoiceResolvers,
  orderResolvers,
  fulfilmentResolvers,
  refundResolvers,
  returnResolvers,
  behaviourResolvers,
  timelineResolvers,
  vendorOrderResolvers,
  webhookEndpointResolvers,
  webhookInboxResolvers,
);

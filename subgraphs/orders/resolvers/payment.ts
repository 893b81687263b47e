import { graphMoney } from "#kit/graphMoney.ts";
import { toUserError } from "#kit/userError.ts";
import { can } from "#kit/viewer.ts";
import { decodeId, encodeId } from "#schema/values/ids.ts";
import { paymentCapture, paymentVoid } from "../commands/paymentCapture.ts";
import type { OrdersContext } from "../context.ts";
import type { Payment } from "../domain/order.ts";
import type { PaymentEvent } from "../queries/paymentEvents.ts";
import { getOrder } from "../queries/orders.ts";
import { findOrderOfPayment } from "../queries/payments.ts";
import { captureErrors, voidErrors } from "./errors/payment.ts";

interface PaymentCaptureInput { paymentId: string; amount?: string | null; idempotencyKey: string }
interface PaymentVoidInput { paymentId: string; idempotencyKey: string }

async function payloadOf(paymentId: string, { db, loaders }: OrdersContext) {
  const orderId = await findOrderOfPayment(db, paymentId);
  if (orderId === undefined) throw new Error(`payment ${paymentId} has no order`);
  const payments = await loaders.paymentsOfOrder.load(orderId);
  return { payment: payments.find((payment) => payment.id === paymentId), order: await getOrder(db, orderId) };
}

export const paymentResolvers = {
  Mutation: {
    async paymentCapture(_root: unknown, { input }: { input: PaymentCaptureInput }, context: OrdersContext) {
      const outcome = await paymentCapture(context, { paymentId: decodeId("pay", input.paymentId), amount: input.amount ?? undefined, key: input.idempotencyKey });
      return outcome.ok ? { __typename: "PaymentCaptureSuccess", ...(await payloadOf(outcome.value, context)) } : toUserError(captureErrors, outcome.error);
    },
    async paymentVoid(_root: unknown, { input }: { input: PaymentVoidInput }, context: OrdersContext) {
      const outcome = await paymentVoid(context, { paymentId: decodeId("pay", input.paymentId), key: input.idempotencyKey });
      return outcome.ok ? { __typename: "PaymentVoidSuccess", ...(await payloadOf(outcome.value, context)) } : toUserError(voidErrors, outcome.error);
    },
  },
  Payment: {
    id: (payment: Payment) => encodeId("pay", payment.id),
    authorized: (payment: Payment) => payment.authorized && graphMoney(payment.authorized),
    amount: (payment: Payment) => graphMoney(payment.amount),
    refunded: (payment: Payment) => graphMoney(payment.refunded),
    events: (payment: Payment, _args: unknown, { loaders }: OrdersContext) => loaders.eventsOfPayment.load(payment.id),
  },
  PaymentEvent: {
    amount: (event: PaymentEvent) => graphMoney(event.amount),
    providerRef: (event: PaymentEvent, _args: unknown, { viewer }: OrdersContext) => (can(viewer, "orders.read") ? event.providerRef : null),
  },
};

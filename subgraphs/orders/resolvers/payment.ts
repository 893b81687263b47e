import { graphMoney } from "#kit/graphMoney.ts";
import { encodeId } from "#schema/values/ids.ts";
import type { Payment } from "../domain/order.ts";

export const paymentResolvers = {
  Payment: {
    id: (payment: Payment) => encodeId("pay", payment.id),
    amount: (payment: Payment) => graphMoney(payment.amount),
    refunded: (payment: Payment) => graphMoney(payment.refunded),
  },
};

import { allow, type Guards, permission } from "#kit/guard.ts";

// The gateway hands these in as SERVICE; they are not in the schema that clients see, and this holds where that should ever fail.
const gateway = permission("payments.receive");

export const webhookInboxGuards: Guards = {
  Query: { paymentChallenge: gateway },
  Mutation: { paymentWebhookReceive: gateway, paymentChallengeAnswer: gateway },
  PaymentWebhookReceipt: allow,
  PaymentChallenge: allow,
};

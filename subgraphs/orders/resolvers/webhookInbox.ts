import { graphMoney } from "#kit/graphMoney.ts";
import { answerChallenge, findChallenge } from "../commands/answerChallenge.ts";
import { receiveWebhook } from "../commands/receiveWebhook.ts";
import type { OrdersContext } from "../context.ts";
import type { Intent } from "../ports/paymentProvider.ts";

interface WebhookInput { provider: string; body: string; signature?: string | null }
interface ChallengeArgs { ref: string; secret: string }

function toChallenge(intent: Intent | undefined) {
  if (!intent) return null;
  const hasPassed = intent.state === "CAPTURED" || intent.state === "AUTHORIZED" || intent.state === "PROCESSING";
  return { state: intent.state === "REQUIRES_ACTION" ? "OPEN" : hasPassed ? "PASSED" : "FAILED", amount: graphMoney(intent.amount) };
}

export const webhookInboxResolvers = {
  Query: {
    paymentChallenge: async (_: unknown, { ref, secret }: ChallengeArgs, context: OrdersContext) => toChallenge(await findChallenge(context, ref, secret)),
  },
  Mutation: {
    async paymentWebhookReceive(_: unknown, { input }: { input: WebhookInput }, context: OrdersContext) {
      return { outcome: await receiveWebhook(context, { provider: input.provider, body: Buffer.from(input.body, "base64"), signature: input.signature ?? null }) };
    },
    paymentChallengeAnswer: async (_: unknown, { ref, secret, approve }: ChallengeArgs & { approve: boolean }, context: OrdersContext) =>
      toChallenge(await answerChallenge(context, ref, secret, approve)),
  },
};

import { type graphOf } from "#kit/testing/graphOf.ts";
import type { Viewer } from "#kit/viewer.ts";
import type { FakePayments, SignedEvent } from "../ports/fake/createFakePayments.ts";
import { signatureHeader } from "../ports/stripe/signature.ts";

/** The gateway, handing in what came over HTTP. */
export const SERVICE: Viewer = { userId: null, roles: ["SERVICE"], vendorIds: [] };

export const RECEIVE = "mutation ($input: PaymentWebhookInput!) { paymentWebhookReceive(input: $input) { outcome } }";

/** Hands a webhook in as the gateway does; answers its outcome. */
export async function handIn(graph: ReturnType<typeof graphOf>, { body, signature }: { body: Uint8Array; signature: string | null }, provider = "fake"): Promise<string> {
  const { data, errors } = await graph.as(SERVICE).run(RECEIVE, { input: { provider, body: Buffer.from(body).toString("base64"), signature } });
  if (errors) throw new Error(errors.map((error) => error.message).join("; "));
  return (data["paymentWebhookReceive"] as { outcome: string }).outcome;
}

/** What the stand-in wants to tell by now, oldest first, freshly signed. */
export async function toldBy(payments: FakePayments, ref?: string): Promise<(SignedEvent & { type: string; id: string })[]> {
  const events = await payments.store.listUndelivered(100_000);
  return events.filter((event) => ref === undefined || event.body.includes(ref)).map((event) => {
    const body = Buffer.from(event.body);
    return { id: event.id, type: event.type, body, signature: signatureHeader(body, payments.webhookSecret, new Date()) };
  });
}

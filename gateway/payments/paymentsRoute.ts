import type { IncomingMessage, ServerResponse } from "node:http";
import { readBytes } from "#kit/readBytes.ts";
import type { Viewer } from "#kit/viewer.ts";
import type { Log } from "#platform/log.ts";
import type { Transport } from "../fetch/source.ts";
import { respond, respondJson } from "../http/respond.ts";
import { messagePage, PAGE_HEADERS } from "../http/htmlPage.ts";
import { type Challenge, challengePage } from "./pages.ts";

export interface PaymentsRoute {
  /** False when the path is none of payments. */
  handle(path: string, request: IncomingMessage, response: ServerResponse, requestId: string): Promise<boolean>;
}

/** Bytes of a webhook; the largest that a provider sends is a quarter of it. */
const WEBHOOK_BYTES = 64_000;
const FORM_BYTES = 2_000;
const SIGNATURE_BYTES = 2_000;
/** Webhooks being worked on; the next is told to come again. They wait for the provider, so they must not take the place of buyers. */
const MOST_WEBHOOKS = 32;
const DEADLINE_MS = 19_000;

/** Who hands in what providers and payers say. No token can say so: the fields are not in the schema that clients see. */
const SERVICE: Viewer = { userId: null, roles: ["SERVICE"], vendorIds: [] };

const RECEIVE = "mutation PaymentWebhook($input: PaymentWebhookInput!) { paymentWebhookReceive(input: $input) { outcome } }";
const CHALLENGE = "query PaymentChallenge($ref: ID!, $secret: String!) { paymentChallenge(ref: $ref, secret: $secret) { state amount { amount currency } } }";
const ANSWER = "mutation PaymentChallengeAnswer($ref: ID!, $secret: String!, $approve: Boolean!) { paymentChallengeAnswer(ref: $ref, secret: $secret, approve: $approve) { state amount { amount currency } } }";

/**
 * What is not GraphQL about payments: webhooks of providers, and in the demo the page on which a payer answers a challenge. All of
 * it goes to the orders subgraph, the way every fetch goes, in this process or over the signed hop; nothing is decided here.
 */
export function paymentsRoute(orders: Transport | undefined, log: Log): PaymentsRoute {
  let webhooks = 0;

  async function ask(query: string, operationName: string, variables: Readonly<Record<string, unknown>>, requestId: string): Promise<Record<string, unknown>> {
    if (!orders) throw new Error("there is no orders subgraph");
    // A change is carried through, whoever waits for it.
    const { signal } = new AbortController();
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, failed) => { timer = setTimeout(() => failed(new Error("orders did not answer in time")), DEADLINE_MS); });
    try {
      const { data, errors } = await Promise.race([orders.fetch({ query, operationName, variables, request: { viewer: SERVICE, requestId, signal } }, DEADLINE_MS), late]);
      if (errors?.length || !data) throw new Error(errors?.[0]?.message ?? "no answer");
      return data;
    } finally {
      clearTimeout(timer);
    }
  }

  async function webhook(provider: string, request: IncomingMessage, response: ServerResponse, requestId: string): Promise<void> {
    if (request.method !== "POST") return respondJson(response, 405, { error: "Webhooks are posted." }, { allow: "POST" });
    if (webhooks >= MOST_WEBHOOKS) return respondJson(response, 503, { error: "Come again." }, { "retry-after": "1", connection: "close" });
    webhooks += 1;
    try {
      const body = await readBytes(request, WEBHOOK_BYTES);
      if (!body) return respondJson(response, 413, { error: "Too large." }, { connection: "close" });
      const signature = request.headers["stripe-signature"];
      const isSigned = typeof signature === "string" && signature.length <= SIGNATURE_BYTES;
      const data = await ask(RECEIVE, "PaymentWebhook", { input: { provider, body: body.toString("base64"), signature: isSigned ? signature : null } }, requestId);
      switch ((data["paymentWebhookReceive"] as { outcome: string }).outcome) {
        case "ACCEPTED": return respondJson(response, 200, { received: true });
        case "REFUSED": return respondJson(response, 400, { error: "Refused." });
        case "UNKNOWN_PROVIDER": return respondJson(response, 404, { error: "There is nothing here." });
        default: return respondJson(response, 503, { error: "Come again." }, { "retry-after": "5" });
      }
    } catch (error) {
      log.warn({ requestId, provider, error }, "a webhook could not be handed in; the provider tells it again");
      respondJson(response, 503, { error: "Come again." }, { "retry-after": "5" });
    } finally {
      webhooks -= 1;
    }
  }

  async function challenge(ref: string, request: IncomingMessage, response: ServerResponse, requestId: string): Promise<void> {
    const page = (status: number, html: string) => respond(response, status, "text/html; charset=utf-8", html, PAGE_HEADERS);
    const isPost = request.method === "POST";
    if (!isPost && request.method !== "GET" && request.method !== "HEAD") return respondJson(response, 405, { error: "The page is read or answered." }, { allow: "GET, HEAD, POST" });
    const secret = new URLSearchParams((request.url ?? "").split("?")[1] ?? "").get("secret") ?? "";
    const nothing = () => page(404, messagePage("There is no such payment", "The address is incomplete, or the payment is not asked about here."));
    if (!/^\w{1,100}$/.test(ref) || secret === "" || secret.length > 300) return nothing();
    let found: Challenge | null;
    if (isPost) {
      const answer = new URLSearchParams(((await readBytes(request, FORM_BYTES)) ?? "").toString()).get("answer");
      if (answer !== "approve" && answer !== "fail") return page(400, messagePage("No answer", "Say answer=approve or answer=fail."));
      found = (await ask(ANSWER, "PaymentChallengeAnswer", { ref, secret, approve: answer === "approve" }, requestId))["paymentChallengeAnswer"] as Challenge | null;
    } else found = (await ask(CHALLENGE, "PaymentChallenge", { ref, secret }, requestId))["paymentChallenge"] as Challenge | null;
    return found ? page(200, challengePage(found)) : nothing();
  }

  return {
    async handle(path, request, response, requestId) {
      const [, first, second, third, ...rest] = path.split("/");
      if (rest.length > 0 || orders === undefined) return false;
      if (first === "webhooks" && second === "payments" && /^[a-z]{1,30}$/.test(third ?? "")) await webhook(third as string, request, response, requestId);
      else if (first === "payments" && second === "challenge" && third) await challenge(third, request, response, requestId);
      else if (first === "payments" && second === "return" && third === undefined && request.method === "GET") {
        respond(response, 200, "text/html; charset=utf-8", messagePage("Back at the shop", "The bank has answered. You can close this page and go on with your purchase."), PAGE_HEADERS);
      } else return false;
      return true;
    },
  };
}

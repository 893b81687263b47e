import { createHash, timingSafeEqual } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type Clock, wallClock } from "#platform/clock.ts";
import type { Account } from "../fake/account.ts";
import { type Bank, createBank, newId } from "../fake/bank.ts";
import type { Command } from "../fake/decide.ts";
import { API_VERSION, eventShape } from "../fake/shapes.ts";
import type { FakeStore } from "../fake/store.ts";
import { challengePage } from "./challengePage.ts";
import { stripeError, type StripeAnswer } from "./errors.ts";
import { parseForm, textOf } from "./form.ts";
import { stripeRoutes } from "./routes.ts";
import { type WebhookCounts, type WebhookFaults, webhookSender } from "./webhooks.ts";

export interface FakeStripeOptions {
  readonly store: FakeStore;
  /** 0, the default, takes a free one. */
  readonly port?: number;
  readonly apiKey?: string;
  /** Where events are posted; they are only kept where not given. */
  readonly webhookUrl?: string;
  readonly webhookSecret: string;
  readonly faults?: WebhookFaults & {
    /** Share of calls whose answer is lost after they did what they were asked. */
    readonly lostAnswers?: number;
    /** Share of calls that are answered with 500 before anything was done. */
    readonly errors?: number;
  };
  /** Before a webhook's second try; 200 where not given. */
  readonly retryMs?: number;
  readonly clock?: Clock;
}

export interface FakeStripe {
  readonly url: string;
  readonly host: string;
  readonly port: number;
  readonly apiKey: string;
  /** What a bank or a payer does, told by webhook like everything else. */
  act(ref: string, command: Exclude<Command, { type: "OPEN" }>): Promise<{ about: string | null }>;
  find(ref: string): Promise<Account | undefined>;
  readonly counts: Readonly<WebhookCounts>;
  /** Resolves when every webhook has been delivered or given up on. */
  idle(): Promise<void>;
  close(): Promise<void>;
}

const MOST_BODY = 64_000;

/**
 * A server that speaks Stripe's API over the stand-in's books: form-encoded requests, Stripe's answers, error envelopes and
 * statuses, idempotency keys for a day, 3-D Secure with a page for the payer, signed webhooks. For tests and demonstrations; it
 * moves no money.
 */
export async function startFakeStripe(options: FakeStripeOptions): Promise<FakeStripe> {
  const { store, port = 0, apiKey = "sk_test_martgraphStandIn", webhookUrl, webhookSecret, faults, clock = wallClock } = options;
  let url = "";
  const challengeUrl = (account: Account): string => `${url}/challenge/${account.ref}?secret=${encodeURIComponent(account.clientSecret)}`;
  const bank: Bank = createBank({ store, clock, keepEvents: true, tell: (account, draft, id, at) => eventShape(account, draft, id, at, { challengeUrl }) });
  const routes = stripeRoutes(bank, { challengeUrl });
  const delivered: string[] = [];
  const flush = async (): Promise<void> => { if (delivered.length > 0) await store.markDelivered(delivered.splice(0)); };
  const sender = webhookUrl === undefined ? undefined
    : webhookSender({ url: webhookUrl, secret: webhookSecret, ...(faults ? { faults } : {}), ...(options.retryMs ? { retryMs: options.retryMs } : {}) }, (id) => void delivered.push(id));
  const keysInUse = new Set<string>();
  let calls = 0;
  /** A share of calls, evenly spread. */
  const hits = (share: number | undefined): boolean => share !== undefined && Math.floor(calls * share) !== Math.floor((calls - 1) * share);

  async function answerApi(request: IncomingMessage, response: ServerResponse, path: string, search: string): Promise<void> {
    const key = request.headers["idempotency-key"];
    const body = request.method === "POST" ? await readBody(request) : search;
    const form = body === undefined ? undefined : parseForm(body);
    if (!isAuthorized(request, apiKey)) return send(response, stripeError(401, "invalid_request_error", "Invalid API Key provided."));
    if (!form || body === undefined) return send(response, stripeError(400, "invalid_request_error", "Invalid request body."));
    calls += 1;
    if (hits(faults?.errors)) return send(response, stripeError(500, "api_error", "Something went wrong on Stripe's end."));
    const keyed = request.method === "POST" && typeof key === "string" ? key.slice(0, 255) : null;
    if (keyed !== null && keysInUse.has(keyed)) {
      return send(response, stripeError(409, "idempotency_error", "There is currently another in-progress request using this Idempotency Key.", { code: "idempotency_key_in_use" }), { "stripe-should-retry": "true" });
    }
    if (keyed !== null) keysInUse.add(keyed);
    try {
      const fingerprint = createHash("sha256").update(`${request.method} ${path}\n${body}`).digest("base64url");
      const { answer, replayed, events, lost } = await routes({ method: request.method ?? "GET", path, form, key: keyed, fingerprint });
      sender?.send(events);
      if (lost || hits(faults?.lostAnswers)) return void request.socket.destroy();
      send(response, answer, { ...(keyed !== null ? { "idempotency-key": keyed } : {}), ...(replayed ? { "idempotent-replayed": "true", "original-request": "req_replayed" } : {}) });
    } finally {
      if (keyed !== null) keysInUse.delete(keyed);
    }
  }

  async function answerChallenge(request: IncomingMessage, response: ServerResponse, ref: string, search: URLSearchParams): Promise<void> {
    const account = await bank.find(ref);
    const secret = search.get("secret") ?? "";
    if (!account || !equal(account.clientSecret, secret)) return page(response, 404, "There is no such payment.");
    if (request.method === "POST") {
      const form = parseForm((await readBody(request)) ?? "");
      const result = await bank.run({ key: null, fingerprint: "", ref, command: { type: "ANSWER_CHALLENGE", approved: textOf(form?.["answer"]) === "approve" }, answer: () => null });
      if (result.ok && !result.value.replayed) sender?.send(result.value.events);
    }
    return page(response, 200, challengePage((await bank.find(ref)) ?? account, secret));
  }

  const server = createServer((request, response) => {
    const [path = "/", search = ""] = (request.url ?? "/").split("?", 2);
    response.setHeader("request-id", `req_${newId(new Date())}`);
    response.setHeader("stripe-version", String(request.headers["stripe-version"] ?? API_VERSION));
    const work = path.startsWith("/challenge/") ? answerChallenge(request, response, path.slice("/challenge/".length), new URLSearchParams(search)) : answerApi(request, response, path, search);
    work.catch(() => {
      if (!response.headersSent) send(response, stripeError(500, "api_error", "Something went wrong on Stripe's end."));
    });
  });
  server.keepAliveTimeout = 75_000;
  await new Promise<void>((done, failed) => server.once("error", failed).listen(port, "127.0.0.1", done));
  const { port: bound } = server.address() as AddressInfo;
  url = `http://127.0.0.1:${bound}`;
  sender?.send(await store.listUndelivered(10_000));

  return {
    url, host: "127.0.0.1", port: bound, apiKey,
    counts: sender?.counts ?? { delivered: 0, tries: 0, forged: 0, forgedAccepted: 0, abandoned: 0 },
    find: (ref) => bank.find(ref),
    async act(ref, command) {
      const result = await bank.run({ key: null, fingerprint: "", ref, command, answer: (decided) => decided.about });
      if (!result.ok) throw new Error(`${result.error.code}: ${result.error.message}`);
      if (!result.value.replayed) sender?.send(result.value.events);
      return { about: result.value.answer };
    },
    async idle() {
      await sender?.idle();
      await flush();
    },
    async close() {
      await sender?.close();
      await flush();
      server.closeAllConnections();
      await new Promise<void>((done) => server.close(() => done()));
    },
  };
}

const digest = (text: string): Buffer => createHash("sha256").update(text).digest();
const equal = (one: string, other: string): boolean => timingSafeEqual(digest(one), digest(other));

function isAuthorized(request: IncomingMessage, apiKey: string): boolean {
  const given = request.headers.authorization ?? "";
  const [, basic] = /^Basic (\S+)$/.exec(given) ?? [];
  return equal(basic ? (Buffer.from(basic, "base64").toString("utf8").split(":", 1)[0] ?? "") : given.replace(/^Bearer /, ""), apiKey);
}

async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MOST_BODY) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function send(response: ServerResponse, { status, body }: StripeAnswer, headers: Readonly<Record<string, string>> = {}): void {
  const bytes = Buffer.from(JSON.stringify(body, null, 2));
  response.writeHead(status, { "content-type": "application/json", "content-length": bytes.length, ...headers });
  response.end(bytes);
}

function page(response: ServerResponse, status: number, html: string): void {
  response.writeHead(status, { "content-type": "text/html; charset=utf-8", "cache-control": "no-store" });
  response.end(html);
}

import { createHash, timingSafeEqual } from "node:crypto";
import type { Result } from "#schema/values/result.ts";
import { type Clock, wallClock } from "#platform/clock.ts";
import type { Database } from "#platform/db/database.ts";
import { type Intent, type PaymentProvider, PaymentRefused, PaymentsUnavailable, type ProviderRefund } from "../paymentProvider.ts";
import { readStripeEvent } from "../stripe/readStripeEvent.ts";
import { assertWebhookSecret, signatureHeader } from "../stripe/signature.ts";
import { type Account, type AccountRefund, CHECKOUT_KEY, REFUND_KEY } from "./account.ts";
import { type BankAnswer, type BankCall, createBank, newClientSecret, newId, type Refused } from "./bank.ts";
import type { Command } from "./decide.ts";
import { postgresStore } from "./postgresStore.ts";
import { eventShape } from "./shapes.ts";
import type { FakeStore, StoredEvent } from "./store.ts";
import { behaviourOf } from "./tokens.ts";

export interface FakeOptions {
  readonly clock?: Clock;
  /** What events are signed with; one of this process alone where not given. */
  readonly webhookSecret?: string;
  /** Whether events are kept for somebody who delivers them. */
  readonly keepEvents?: boolean;
}

/** A signed webhook, ready to be handed in. */
export interface SignedEvent {
  readonly body: Uint8Array;
  readonly signature: string;
}

/** The provider, and what else only a stand-in can do: be its payer and its bank. */
export interface FakePayments extends PaymentProvider {
  /**
   * The payer's answer to the challenge of an intent. Undefined when there is no such intent or the secret is not its own; otherwise
   * the intent as it stands and what the provider tells of it.
   */
  answerChallenge(ref: string, clientSecret: string, approved: boolean): Promise<{ intent: Intent; events: SignedEvent[] } | undefined>;
  /** The intent, for who knows its secret. */
  findChallenge(ref: string, clientSecret: string): Promise<Intent | undefined>;
  /** What a bank does: disputes, and payments and refunds that take their time. */
  act(ref: string, command: Exclude<Command, { type: "OPEN" }>): Promise<{ about: string | null; events: SignedEvent[] }>;
  readonly store: FakeStore;
  readonly webhookSecret: string;
}

/** Where the demo's own pages answer a challenge; a path of the endpoint's. */
export const challengePath = (ref: string, clientSecret: string): string => `/payments/challenge/${ref}?secret=${encodeURIComponent(clientSecret)}`;

const isDatabase = (given: Database | FakeStore): given is Database => "tx" in given;
const hashOf = (value: unknown): string => createHash("sha256").update(JSON.stringify(value, (_, part: unknown) => (typeof part === "bigint" ? `${part}n` : part))).digest("base64url");

/**
 * A provider that keeps its books in the shop's database (or in the store given): it pays, declines, challenges, holds, captures,
 * refunds and remembers as Stripe does, but moves no real money.
 */
export function createFakePayments(where: Database | FakeStore, options: FakeOptions = {}): FakePayments {
  const { clock = wallClock, webhookSecret = `whsec_${newClientSecret("fake")}`, keepEvents = false } = options;
  assertWebhookSecret(webhookSecret);
  const challengeUrl = (account: Account): string => challengePath(account.ref, account.clientSecret);
  const bank = createBank({ store: isDatabase(where) ? postgresStore(where) : where, clock, keepEvents, tell: (account, draft, id, at) => eventShape(account, draft, id, at, { challengeUrl }) });
  type Kept = { ref: string; about: string | null };

  const get = async (ref: string): Promise<Account> => {
    const account = await bank.find(ref);
    if (!account) throw new PaymentRefused("UNKNOWN_INTENT", `there is no payment intent ${ref}`);
    return account;
  };
  const call = (key: string | null, ref: string, command: Command, asked: unknown): BankCall<Kept> =>
    ({ key, fingerprint: hashOf(asked), ref, command, answer: (decided) => ({ ref: decided.account.ref, about: decided.about }) });
  const expected = (result: Result<BankAnswer<Kept>, Refused>): BankAnswer<Kept> => {
    if (!result.ok) throw new PaymentRefused(result.error.code, result.error.message);
    return result.value;
  };
  /** The account as it stands, whether the key was used before or not. */
  const run = async (given: BankCall<Kept>): Promise<{ account: Account; about: string | null }> => {
    const done = expected(await bank.run(given));
    return { account: done.replayed ? await get(done.answer.ref) : done.decided.account, about: done.answer.about };
  };
  /** As the port wants it: what stands already where it was asked for is an answer. */
  const settle = async (given: BankCall<Kept>, stands: (account: Account) => boolean): Promise<Account> => {
    const result = await bank.run(given);
    if (result.ok) return result.value.replayed ? get(result.value.answer.ref) : result.value.decided.account;
    if (result.error.code !== "UNEXPECTED_STATE") throw new PaymentRefused(result.error.code, result.error.message);
    const account = await get(given.ref);
    if (!stands(account)) throw new PaymentRefused(result.error.code, result.error.message);
    return account;
  };
  const sign = (events: readonly StoredEvent[]): SignedEvent[] => events.map((event) => {
    const body = Buffer.from(event.body);
    return { body, signature: signatureHeader(body, webhookSecret, clock.now()) };
  });
  const knows = (account: Account | undefined, secret: string): account is Account => account !== undefined && timingSafeEqual(digest(account.clientSecret), digest(secret));

  return {
    name: "fake",
    store: bank.store,
    webhookSecret,
    async open({ checkoutId, amount, capture }) {
      const ref = `pi_${newId(clock.now())}`;
      const command: Command = { type: "OPEN", ref, clientSecret: newClientSecret(ref), amount, capture, metadata: { [CHECKOUT_KEY]: checkoutId } };
      return toIntent((await run(call(checkoutId, ref, command, { open: checkoutId, amount, capture }))).account);
    },
    async confirm({ key, ref, token }) {
      const behaviour = behaviourOf(token);
      if (behaviour.does === "HANGS") throw new PaymentsUnavailable("the provider does not answer");
      const account = await settle(call(key, ref, { type: "CONFIRM", token }, { confirm: ref, token }), () => true);
      if (behaviour.losesAnswer) throw new PaymentsUnavailable("the answer was lost");
      return toIntent(account);
    },
    find: async (ref) => toIntent(await get(ref)),
    async capture({ key, ref, units }) {
      return toIntent(await settle(call(key, ref, { type: "CAPTURE", units }, { capture: ref, units }), (account) => account.state === "CAPTURED"));
    },
    async cancel({ key, ref }) {
      return toIntent(await settle(call(key, ref, { type: "CANCEL" }, { cancel: ref }), () => true));
    },
    async refund({ key, ref, units }) {
      const command: Command = { type: "REFUND", ref: `re_${newId(clock.now())}`, units, metadata: { [REFUND_KEY]: key } };
      const { account, about } = await run(call(key, ref, command, { refund: ref, units }));
      return toRefund(account.refunds.find((one) => one.ref === about));
    },
    readEvent: (body, signature, now) => readStripeEvent(body, signature, webhookSecret, now),
    async findChallenge(ref, clientSecret) {
      const account = await bank.find(ref);
      return knows(account, clientSecret) ? toIntent(account) : undefined;
    },
    async answerChallenge(ref, clientSecret, approved) {
      if (!knows(await bank.find(ref), clientSecret)) return undefined;
      const result = await bank.run(call(null, ref, { type: "ANSWER_CHALLENGE", approved }, null));
      // Answered already, by a second click: nothing new to tell.
      if (!result.ok && result.error.code !== "UNEXPECTED_STATE") throw new PaymentRefused(result.error.code, result.error.message);
      return { intent: toIntent(await get(ref)), events: result.ok && !result.value.replayed ? sign(result.value.events) : [] };
    },
    async act(ref, command) {
      const done = expected(await bank.run(call(null, ref, command, null)));
      return { about: done.answer.about, events: done.replayed ? [] : sign(done.events) };
    },
  };
}

const digest = (text: string): Buffer => createHash("sha256").update(text).digest();

function toIntent(account: Account): Intent {
  return {
    ref: account.ref, state: account.state, amount: account.amount, capturedUnits: account.capturedUnits, refundedUnits: account.refundedUnits, clientSecret: account.clientSecret,
    actionUrl: account.state === "REQUIRES_ACTION" ? challengePath(account.ref, account.clientSecret) : null,
    declineReason: account.declineReason, checkoutId: account.metadata[CHECKOUT_KEY] ?? null,
  };
}

function toRefund(refund: AccountRefund | undefined): ProviderRefund {
  if (!refund) throw new Error("a refund was answered that its intent does not have");
  return { ref: refund.ref, key: refund.metadata[REFUND_KEY] ?? null, state: refund.state, units: refund.units };
}

import { randomBytes } from "node:crypto";
import { err, ok, type Result } from "#schema/values/result.ts";
import { uuidV7 } from "#schema/values/ids.ts";
import { type Clock, wallClock } from "#platform/clock.ts";
import type { Account } from "./account.ts";
import { type BankRefusal, type Command, type Decided, decide, type EventDraft } from "./decide.ts";
import type { FakeStore, StoredEvent } from "./store.ts";

/** Stripe forgets a key after a day too. */
export const KEY_LIFE_MS = 24 * 3_600_000;
const ATTEMPTS = 20;
/** How many keys are written between two looks for old ones. */
const FORGET_EVERY = 500;

export interface BankCall<Answer> {
  /** Null for what has no key: then it is done anew each time. */
  readonly key: string | null;
  /** Tells whether a key comes back with the same content. */
  readonly fingerprint: string;
  /** The intent; for OPEN the id it is going to have. */
  readonly ref: string;
  readonly command: Command;
  /** What is kept under the key. */
  readonly answer: (decided: Decided) => Answer;
}

export type BankAnswer<Answer> = { readonly replayed: true; readonly answer: Answer } | { readonly replayed: false; readonly answer: Answer; readonly decided: Decided; readonly events: readonly StoredEvent[] };

export type Refused = BankRefusal | { readonly code: "KEY_REUSED"; readonly message: string };

export interface Bank {
  run<Answer>(call: BankCall<Answer>): Promise<Result<BankAnswer<Answer>, Refused>>;
  find(ref: string): Promise<Account | undefined>;
  readonly store: FakeStore;
}

export interface BankOptions {
  readonly store: FakeStore;
  readonly clock?: Clock;
  /** How an event is told. */
  readonly tell: (account: Account, draft: EventDraft, id: string, at: Date) => object;
  /** Whether events are kept until they are delivered. */
  readonly keepEvents: boolean;
}

/** The stand-in's counter: reads the account, decides, writes; who was overtaken meanwhile reads again. */
export function createBank({ store, clock = wallClock, tell, keepEvents }: BankOptions): Bank {
  let written = 0;

  async function attempt<Answer>(call: BankCall<Answer>, first: boolean): Promise<Result<BankAnswer<Answer>, Refused> | undefined> {
    const { key, command, ref } = call;
    const at = clock.now();
    // A new intent is nearly always new indeed; whether its key was used shows when it is written.
    const found = command.type === "OPEN" && first ? { account: undefined, request: undefined } : await store.load(ref, key);
    if (found.request && at.getTime() - found.request.createdAt.getTime() < KEY_LIFE_MS) {
      if (found.request.fingerprint !== call.fingerprint) return err({ code: "KEY_REUSED", message: "the key was used before for another request" });
      return ok({ replayed: true, answer: found.request.answer as Answer });
    }
    if (found.request) await store.forget(new Date(at.getTime() - KEY_LIFE_MS));
    const decided = decide(found.account, command, at);
    if (!decided.ok) return decided;
    const answer = call.answer(decided.value);
    const events = decided.value.events.map((draft): StoredEvent => {
      const id = `evt_${newId(at)}`;
      return { id, type: draft.type, body: JSON.stringify(tell(decided.value.account, draft, id, at)), createdAt: at };
    });
    const request = key === null ? null : { key, fingerprint: call.fingerprint, answer, createdAt: at };
    if (!(await store.commit({ account: decided.value.account, request, events: keepEvents ? events : [] }))) return undefined;
    written += 1;
    if (written % FORGET_EVERY === 0) await store.forget(new Date(at.getTime() - KEY_LIFE_MS));
    return ok({ replayed: false, answer, decided: decided.value, events });
  }

  return {
    store,
    async run(call) {
      for (let tries = 0; tries < ATTEMPTS; tries += 1) {
        const result = await attempt(call, tries === 0);
        if (result) return result;
      }
      throw new Error(`the payment intent ${call.ref} is changed by too many at once`);
    },
    find: async (ref) => (await store.load(ref, null)).account,
  };
}

/** What follows `pi_`, `re_`, `evt_`; grows with time. */
export function newId(at: Date): string {
  return uuidV7(at).replaceAll("-", "");
}

export function newClientSecret(ref: string): string {
  return `${ref}_secret_${randomBytes(18).toString("base64url")}`;
}

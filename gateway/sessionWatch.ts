import type { Viewer } from "#kit/viewer.ts";
import { ACCESS_TOKEN } from "#kit/claims.ts";
import type { Log } from "#platform/log.ts";
import type { Transport } from "./fetch/source.ts";
import { Refusal } from "./refusal.ts";

/** What the users subgraph tells: sessions that have ended, and people of whom older tokens are void. */
export interface Endings {
  readonly asOf: string;
  readonly sessionIds: readonly string[];
  readonly voided: readonly { readonly userId: string; readonly before: string }[];
}

export interface SessionWatch {
  /** Lets the viewer of a token pass that was given out at `issuedAt` (Unix seconds), or throws a {@link Refusal}: 401 where it is over, 503 where that is not known. */
  check(viewer: Viewer, issuedAt: number): void | Promise<void>;
}

export interface WatchOptions {
  /** What has ended since the `asOf` of an answer before. */
  ask(since: string | undefined): Promise<Endings>;
  log: Log;
  /** Milliseconds that only grow. */
  now?: () => number;
}

/** From this age on, in milliseconds, what is known is asked for anew beside the request; from the second on the request waits for it. */
const ASK_AFTER_MS = 250;
const WAIT_AFTER_MS = 700;
/** For so long tokens are believed without word from the users subgraph: while it is away nobody can end a session through it either. */
const BELIEVE_FOR_MS = 60_000;
const FORGET_AFTER_MS = (ACCESS_TOKEN.lifeSeconds + 60) * 1000;

/**
 * Refuses access tokens whose session has ended, within a second of its end and without asking for each request: an answer is good for
 * some requests, and while nobody is logged in nothing is asked. No cache server has to be there. Where the users subgraph has not
 * answered for a minute, no token is believed any more (docs/decisions/0015).
 */
export function sessionWatch({ ask, log, now = () => performance.now() }: WatchOptions): SessionWatch {
  const ended = new Map<string, number>();
  const voided = new Map<string, { before: number; heardAt: number }>();
  let since: string | undefined;
  let knownAt = -Infinity;
  let isAway = false;
  let asking: Promise<void> | undefined;

  async function refresh(): Promise<void> {
    const startedAt = now();
    try {
      const { asOf, sessionIds, voided: people } = await ask(since);
      for (const id of sessionIds) if (!ended.has(id)) ended.set(id, startedAt);
      for (const { userId, before } of people) voided.set(userId, { before: Date.parse(before), heardAt: startedAt });
      since = asOf;
      knownAt = startedAt;
      if (isAway) log.warn({}, "the users subgraph tells again which sessions have ended");
      isAway = false;
      forget(startedAt - FORGET_AFTER_MS);
    } catch (error) {
      if (!isAway) log.warn({ error }, "the users subgraph does not tell which sessions have ended");
      isAway = true;
    } finally {
      asking = undefined;
    }
  }

  function forget(before: number): void {
    // The oldest come first: what was heard of again stays where it was put.
    for (const [id, heardAt] of ended) {
      if (heardAt > before) break;
      ended.delete(id);
    }
    for (const [id, { heardAt }] of voided) if (heardAt <= before) voided.delete(id);
  }

  function verdict({ sessionId, userId }: Viewer, issuedAt: number): void {
    const isOver = (sessionId !== undefined && ended.has(sessionId)) || issuedAt * 1000 <= (voided.get(userId ?? "")?.before ?? -Infinity);
    if (isOver) throw new Refusal(401, "UNAUTHENTICATED", "The session has ended: log in again.", { headers: { "www-authenticate": 'Bearer realm="martgraph", error="invalid_token"' } });
  }

  function assertKnown(): void {
    if (now() - knownAt > BELIEVE_FOR_MS) throw new Refusal(503, "UNAVAILABLE", "Whether this session has ended cannot be said at the moment: try again shortly, or without the access token.", { headers: { "retry-after": "1" } });
  }

  return {
    check(viewer, issuedAt) {
      if (viewer.userId === null) return undefined;
      verdict(viewer, issuedAt);
      const age = now() - knownAt;
      if (age < ASK_AFTER_MS) return undefined;
      const answer = (asking ??= refresh());
      if (age < WAIT_AFTER_MS) return undefined;
      // It did not answer the last time: whoever waits for it again waits in vain, and it is asked all the same.
      if (isAway) return assertKnown();
      return answer.then(() => {
        verdict(viewer, issuedAt);
        assertKnown();
      });
    },
  };
}

const ENDINGS = "query SessionEndings($since: DateTime) { sessionEndings(since: $since) { asOf sessionIds voided { userId before } } }";
const SERVICE: Viewer = { userId: null, roles: ["SERVICE"], vendorIds: [] };
const DEADLINE_MS = 1_000;

/** Asks the users subgraph, the way every fetch goes. */
export function endingsFrom(users: Transport): (since: string | undefined) => Promise<Endings> {
  let asked = 0;
  return async (since) => {
    asked += 1;
    const { signal } = new AbortController();
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, failed) => { timer = setTimeout(() => failed(new Error("users did not answer in time")), DEADLINE_MS); });
    try {
      const call = { query: ENDINGS, operationName: "SessionEndings", variables: { since: since ?? null }, request: { viewer: SERVICE, requestId: `session-watch-${asked}`, signal } };
      const { data, errors } = await Promise.race([users.fetch(call, DEADLINE_MS), late]);
      const endings = data?.["sessionEndings"] as Endings | undefined;
      if (!endings) throw new Error(errors?.[0]?.message ?? "no answer");
      return endings;
    } finally {
      clearTimeout(timer);
    }
  };
}

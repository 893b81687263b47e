import type { Database } from "#platform/db/database.ts";
import type { Log } from "#platform/log.ts";
import { Alarm, listenForWriters, wantBell } from "./alarm.ts";
import type { EventConsumer } from "./consumer.ts";
import { consumeOnce, type Tries } from "./consumeOnce.ts";
import { dispatch } from "./queue.ts";
import { pruneOutbox, registerConsumers } from "./upkeep.ts";

export interface RelayOptions {
  /** Logged in as martgraph_relay; it needs one connection more than there are consumers. */
  readonly db: Database;
  readonly consumers: readonly EventConsumer[];
  readonly log: Log;
  /** How long to sleep at most while nobody rings; 1 s where not given. */
  readonly pollMs?: number;
  /** How long at least from one look into the outbox to the next, so that events of a busy shop travel together; 100 ms where not given. */
  readonly gatherMs?: number;
  /** How long a told event stays in the outbox; 7 days where not given. */
  readonly keepSeconds?: number;
  readonly tries?: Partial<Tries>;
}

export interface Relay {
  /** Takes nothing new, lets what is under way end, and gives back what it has not begun. */
  stop(): Promise<void>;
}

/**
 * The longest pause is five minutes: twelve tries come to about half an hour, and an event that waits holds back only its own
 * aggregate.
 */
const TRIES: Tries = { most: 12, baseMs: 1_000, maxMs: 300_000, leaseSeconds: 60 };
const POLL_MS = 1_000;
const GATHER_MS = 100;
const KEEP_SECONDS = 7 * 86_400;
const PRUNE_EVERY_MS = 60_000;
const DISPATCH_AT_ONCE = 500;
/** What is under way when the relay stops may end within this. */
const STOP_GRACE_MS = 8_000;
const MAX_PAUSE_MS = 60_000;

/**
 * Tells the outbox's events to their consumers. Any number of relays may run, in any number of processes: each event is taken by one
 * of them at a time, and when one is killed, its events are taken over when their lease ends.
 */
export async function startRelay({ db, consumers, log, pollMs = POLL_MS, gatherMs = Math.min(GATHER_MS, pollMs), keepSeconds = KEEP_SECONDS, tries = {} }: RelayOptions): Promise<Relay> {
  const [stopping, cutting] = [new AbortController(), new AbortController()];
  const { signal } = stopping;
  await registerConsumers(db, consumers);
  const policy = { ...TRIES, ...tries };
  const [dispatcherBell, pruneBell] = [new Alarm(), new Alarm()];
  const bells = consumers.map(() => new Alarm());
  const ringAll = () => { for (const bell of bells) bell.ring(); };

  /** Does `step` again and again: at once while it answers "more", else after a sleep; after an error the sleep grows. */
  const loop = async (name: string, bell: Alarm, idleMs: number, step: () => Promise<"more" | "idle">): Promise<void> => {
    let failures = 0;
    while (!signal.aborted) {
      try {
        if ((await step()) === "idle") await bell.sleep(idleMs);
        failures = 0;
      } catch (error) {
        if (signal.aborted) return;
        failures += 1;
        log.warn({ error, loop: name, failures }, "the relay failed; it tries again");
        await pause(Math.min(pollMs * failures, MAX_PAUSE_MS), signal);
      }
    }
  };

  let [lookedAt, isBehind] = [-gatherMs, false];
  // A lone event goes at once. While more come than one at a time, a look, its commit and its consumers' serve all of them.
  const dispatchNext = async (): Promise<boolean> => {
    const waitMs = lookedAt + gatherMs - performance.now();
    if (waitMs > 0 && !isBehind) await pause(waitMs, signal);
    lookedAt = performance.now();
    const dispatched = (await dispatch(db, DISPATCH_AT_ONCE)) ?? 0;
    isBehind = dispatched === DISPATCH_AT_ONCE;
    if (dispatched > 0) ringAll();
    return dispatched > 0;
  };
  const dispatching = loop("dispatch", dispatcherBell, pollMs, async () => {
    if (await dispatchNext()) return "more";
    // Ask to be woken, then look once more: who wrote before the asking did not ring.
    await wantBell(db, true);
    if (!(await dispatchNext())) await dispatcherBell.sleep(pollMs);
    await wantBell(db, false);
    return "more";
  });
  const pruning = loop("prune", pruneBell, PRUNE_EVERY_MS, async () => ((await pruneOutbox(db, keepSeconds)) > 0 ? "more" : "idle"));
  const consuming = consumers.map((consumer, index) => {
    let pauses = 0;
    return loop(consumer.name, bells[index] as Alarm, pollMs, async () => {
      const outcome = await consumeOnce({ db, consumer, tries: policy, log, stopping: signal, cut: cutting.signal });
      if (outcome.kind === "IDLE") return "idle";
      if (outcome.kind === "WORKED") {
        pauses = 0;
        return "more";
      }
      const pauseMs = Math.min(policy.baseMs * 2 ** Math.min(pauses, 10), MAX_PAUSE_MS);
      pauses += 1;
      log.warn({ consumer: consumer.name, error: outcome.error, pauseMs }, "a consumer of events cannot be reached; its events wait");
      await pause(pauseMs, signal);
      return "more";
    });
  });
  const listening = listenForWriters(db, dispatcherBell, signal, log);

  return {
    async stop() {
      stopping.abort();
      const grace = setTimeout(() => cutting.abort(), STOP_GRACE_MS);
      for (const bell of [dispatcherBell, pruneBell]) bell.ring();
      ringAll();
      await Promise.all([dispatching, pruning, listening, ...consuming]);
      clearTimeout(grace);
    },
  };
}

/** Ends early only when the relay stops: news does not make a server that is away come back. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    if (signal.aborted) done();
    else signal.addEventListener("abort", done);
  });
}

import type { Database } from "#platform/db/database.ts";
import type { Log } from "#platform/log.ts";
import { backOffMs, ConsumerUnavailable, type EventConsumer, EventRefused, type RelayedEvent } from "./consumer.ts";
import { buryEvent, claim, finishEvents, releaseEvents, retryEvent } from "./queue.ts";

/** How often and how long a consumer is tried with one event. */
export interface Tries {
  /** The last try; then it is a dead letter. */
  readonly most: number;
  /** The pause after the first failure; doubled each time, up to `maxMs`. */
  readonly baseMs: number;
  readonly maxMs: number;
  /** How long a relay may be at work on what it took before another takes it over. */
  readonly leaseSeconds: number;
}

export type Consumed = { kind: "IDLE" } | { kind: "WORKED" } | { kind: "UNAVAILABLE"; error: ConsumerUnavailable };

/** Aggregates taken at once where events are handled one by one, and side by side; and the events of each. */
const SIDE_BY_SIDE = 8;
const RUN = 10;

export interface ConsumeParts {
  readonly db: Database;
  readonly consumer: EventConsumer;
  readonly tries: Tries;
  readonly log: Log;
  /** Begin nothing new. */
  readonly stopping: AbortSignal;
  /** What is under way has had its time. */
  readonly cut: AbortSignal;
}

interface Work extends ConsumeParts {
  /** What the consumer gets: cut, or the lease is over. */
  readonly signal: AbortSignal;
  /** Wall time in ms after which nothing new is begun: the lease is about to end. */
  readonly until: number;
}

/** Takes what is due and tells it to the consumer. @throws only when the database fails. */
export async function consumeOnce(parts: ConsumeParts): Promise<Consumed> {
  const { db, consumer, tries } = parts;
  const leaseMs = tries.leaseSeconds * 1000;
  const until = Date.now() + leaseMs * 0.6;
  const aggregates = consumer.atOnce === 1 ? SIDE_BY_SIDE : consumer.atOnce;
  const events = await claim(db, consumer.name, { aggregates, run: RUN, leaseSeconds: tries.leaseSeconds });
  if (events.length === 0) return { kind: "IDLE" };
  const work: Work = { ...parts, signal: AbortSignal.any([parts.cut, AbortSignal.timeout(leaseMs * 0.9)]), until };
  const unavailable = consumer.atOnce === 1 ? await handleRuns(work, events) : await handleBatches(work, events);
  return unavailable ? { kind: "UNAVAILABLE", error: unavailable } : { kind: "WORKED" };
}

const isOver = ({ stopping, signal, until }: Work) => stopping.aborted || signal.aborted || Date.now() > until;

/** In batches, in order; a batch that fails is tried event by event, so that one bad event spoils nothing but itself. */
async function handleBatches(work: Work, events: readonly RelayedEvent[]): Promise<ConsumerUnavailable | undefined> {
  const { db, consumer, signal } = work;
  for (let from = 0; from < events.length; from += consumer.atOnce) {
    const rest = events.slice(from);
    if (isOver(work)) {
      await releaseEvents(db, consumer.name, rest);
      return undefined;
    }
    const batch = rest.slice(0, consumer.atOnce);
    try {
      await consumer.handle(batch, signal);
      await finishEvents(db, consumer.name, batch);
    } catch (error) {
      if (error instanceof ConsumerUnavailable) {
        await releaseEvents(db, consumer.name, rest);
        return error;
      }
      if (batch.length === 1 && batch[0]) await settleFailure(work, batch[0], error);
      else {
        const unavailable = await handleRuns(work, batch);
        if (unavailable) {
          await releaseEvents(db, consumer.name, rest.slice(batch.length));
          return unavailable;
        }
      }
    }
  }
  return undefined;
}

/** Runs of different aggregates side by side, the events of a run one after the other. */
async function handleRuns(work: Work, events: readonly RelayedEvent[]): Promise<ConsumerUnavailable | undefined> {
  const runs = Map.groupBy(events, (event) => event.aggregateId);
  const outcomes = await Promise.all([...runs.values()].map((run) => handleRun(work, run)));
  return outcomes.find((outcome) => outcome !== undefined);
}

async function handleRun(work: Work, run: readonly RelayedEvent[]): Promise<ConsumerUnavailable | undefined> {
  const { db, consumer, signal } = work;
  for (const [index, event] of run.entries()) {
    if (isOver(work)) {
      await releaseEvents(db, consumer.name, run.slice(index));
      return undefined;
    }
    try {
      await consumer.handle([event], signal);
    } catch (error) {
      if (error instanceof ConsumerUnavailable) {
        await releaseEvents(db, consumer.name, run.slice(index));
        return error;
      }
      const isBuried = await settleFailure(work, event, error);
      if (isBuried) continue;
      await releaseEvents(db, consumer.name, run.slice(index + 1));
      return undefined;
    }
    await finishEvents(db, consumer.name, [event]);
  }
  return undefined;
}

/** Another try later, or, after the last or when the consumer says so, the dead letters. True: it is out of the way. */
async function settleFailure({ db, consumer, tries, log, cut }: Work, event: RelayedEvent, error: unknown): Promise<boolean> {
  const fields = { consumer: consumer.name, event: event.id, type: event.type, attempts: event.attempts, error };
  if (cut.aborted) {
    // We are stopping; the event is not to blame.
    await releaseEvents(db, consumer.name, [event]);
    return false;
  }
  if (error instanceof EventRefused || event.attempts >= tries.most) {
    await buryEvent(db, consumer.name, event, error);
    log.error(fields, "an event could not be told and is a dead letter now");
    return true;
  }
  await retryEvent(db, consumer.name, event, error, backOffMs(event.attempts, tries));
  log.warn(fields, "an event could not be told; it is tried again");
  return false;
}

/** An event as consumers get it: what was written, and where it stands. */
export interface RelayedEvent {
  /** UUID; the same in every repetition. Whoever must not do a thing twice remembers it. */
  readonly id: string;
  readonly type: string;
  readonly version: number;
  readonly aggregate: string;
  /** UUID. */
  readonly aggregateId: string;
  /** Counts up; events of one aggregate come in this order. */
  readonly position: bigint;
  readonly payload: Readonly<Record<string, unknown>>;
  /** Business time. */
  readonly occurredAt: Date;
  /** Tries so far, this one included. */
  readonly attempts: number;
}

/**
 * Somebody who is told of events, at least once each and in order per aggregate. `handle` returns when the events are safely taken;
 * whatever it throws means that they are not, and they come again, after a pause that grows, until the last try: then they are put
 * aside as dead letters and hold nothing up. Two errors say more: ConsumerUnavailable and EventRefused.
 */
export interface EventConsumer {
  /** Lower case; its queue is kept under it. */
  readonly name: string;
  /** The types it wants; all where not given. */
  readonly types?: readonly string[];
  /** Most events of one call. Where it is 1, runs of different aggregates are handled side by side. */
  readonly atOnce: number;
  handle(events: readonly RelayedEvent[], signal: AbortSignal): Promise<void>;
}

/** The consumer's own way out is closed (a broker or mail server that is away): no event is to blame and none comes closer to its last try. */
export class ConsumerUnavailable extends Error {
  override readonly name = "ConsumerUnavailable";
}

/** The event can never be taken: it becomes a dead letter at once. */
export class EventRefused extends Error {
  override readonly name = "EventRefused";
}

/** Milliseconds until try `attempts` + 1: doubled each time up to a bound, the upper half of it by chance so that what failed together does not return together. */
export function backOffMs(attempts: number, { baseMs, maxMs }: { baseMs: number; maxMs: number }, random: () => number = Math.random): number {
  const full = Math.min(maxMs, baseMs * 2 ** Math.min(attempts - 1, 30));
  return Math.round(full / 2 + (full / 2) * random());
}

import type { RelayedEvent } from "../events/relay/consumer.ts";

/** An event on the bus: the envelope of docs/events.md. */
export interface BusEvent {
  readonly id: string;
  readonly type: string;
  readonly version: number;
  readonly aggregate: string;
  /** The message's key: events of one aggregate keep their order. */
  readonly aggregateId: string;
  /** ISO 8601, business time. */
  readonly occurredAt: string;
  readonly data: Readonly<Record<string, unknown>>;
}

export interface Subscription {
  /** Takes nothing new and lets the handler end. What was not handled comes to the group's next member. */
  close(): Promise<void>;
}

/**
 * Where other systems hear of events. Published is what `publish` has returned for; it is kept for subscribers that come later.
 * Each group gets every event at least once, its members share them; a new group begins at the oldest event that is kept. Events of
 * one aggregate come in order to one member at a time; an event whose handler fails comes again, before the next of its aggregate.
 */
export interface EventBus {
  /** In order. @throws when not all are safely kept; some may be. */
  publish(events: readonly BusEvent[]): Promise<void>;
  subscribe(group: string, handle: (event: BusEvent) => Promise<void>): Promise<Subscription>;
  close(): Promise<void>;
}

/** The envelope of an event, as the bus and webhooks carry it. */
export function envelopeOf(event: Pick<RelayedEvent, "id" | "type" | "version" | "aggregate" | "aggregateId" | "occurredAt" | "payload">): BusEvent {
  return {
    id: event.id, type: event.type, version: event.version, aggregate: event.aggregate, aggregateId: event.aggregateId,
    occurredAt: event.occurredAt.toISOString(), data: event.payload,
  };
}

/** How long a subscriber waits before it is given an event again that its handler failed at. */
export const REDELIVER_MS = { first: 100, most: 30_000 } as const;

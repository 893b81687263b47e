import { ConsumerUnavailable, type EventConsumer, EventRefused } from "../events/relay/consumer.ts";
import { envelopeOf, type EventBus } from "./bus.ts";

/** Brokers refuse messages above 1 MiB unless they are told otherwise. */
const MOST_BYTES = 900_000;

/** Tells the outbox to the bus. Whatever the bus fails at is the bus's failure, and its events wait; only one that is too large is the event's own. */
export function busConsumer(bus: EventBus): EventConsumer {
  return {
    name: "bus",
    atOnce: 200,
    async handle(events) {
      const envelopes = events.map(envelopeOf);
      const large = envelopes.find((envelope) => Buffer.byteLength(JSON.stringify(envelope)) > MOST_BYTES);
      // Of several, the relay finds the one by telling them one by one.
      if (large) throw new EventRefused(`${large.type} ${large.id} is larger than ${MOST_BYTES} bytes, which no broker takes`);
      try {
        await bus.publish(envelopes);
      } catch (error) {
        throw new ConsumerUnavailable(`the event bus did not take the events: ${(error as Error).message}`, { cause: error });
      }
    },
  };
}

import { Admin, Consumer, type Message, Producer, ProduceAcks, stringDeserializers, stringSerializers } from "@platformatic/kafka";
import type { Log } from "../log.ts";
import { type BusEvent, type EventBus, REDELIVER_MS, type Subscription } from "./bus.ts";

export interface KafkaBusOptions {
  /** `host:port` of some brokers; the others are found through them. */
  readonly brokers: readonly string[];
  /** Made with six partitions where it is not there; martgraph.events where not given. */
  readonly topic?: string;
  readonly log: Log;
}

const TOPIC = "martgraph.events";
const PARTITIONS = 6;
const TIMEOUT_MS = 10_000;
const SESSION_MS = 15_000;

type TextMessage = Message<string, string, string, string>;

/**
 * The bus on Kafka, 3.5 to 4.1. Key: the aggregate's id; value: the envelope as JSON; headers: id, type and version. Written with all
 * replicas' acknowledgement by an idempotent producer, so that the client's own retries neither repeat nor reorder.
 */
export function createKafkaBus({ brokers, topic = TOPIC, log }: KafkaBusOptions): EventBus {
  const base = { clientId: "martgraph", bootstrapBrokers: [...brokers], timeout: TIMEOUT_MS, connectTimeout: TIMEOUT_MS, retries: 2 };
  const producer = new Producer({ ...base, serializers: stringSerializers, acks: ProduceAcks.ALL, idempotent: true });
  const subscriptions = new Set<Subscription>();
  let ready: Promise<void> | undefined;

  const ensureTopic = (): Promise<void> => {
    ready ??= makeTopic(base, topic).catch((error: unknown) => {
      ready = undefined;
      throw error;
    });
    return ready;
  };

  return {
    async publish(events) {
      if (events.length === 0) return;
      await ensureTopic();
      await producer.send({
        messages: events.map((event) => ({
          topic, key: event.aggregateId, value: JSON.stringify(event), headers: { id: event.id, type: event.type, version: String(event.version) },
        })),
      });
    },
    async subscribe(group, handle): Promise<Subscription> {
      await ensureTopic();
      const subscription = await consume({ base, topic, group, handle, log });
      subscriptions.add(subscription);
      return { close: async () => { subscriptions.delete(subscription); await subscription.close(); } };
    },
    async close() {
      await Promise.all([...subscriptions].map((subscription) => subscription.close()));
      await producer.close();
    },
  };
}

async function makeTopic(base: { clientId: string; bootstrapBrokers: string[] }, topic: string): Promise<void> {
  const admin = new Admin(base);
  try {
    if ((await admin.listTopics()).includes(topic)) return;
    await admin.createTopics({ topics: [topic], partitions: PARTITIONS, replicas: -1 }).catch(async (error: unknown) => {
      // Somebody else has made it at the same moment.
      if (!(await admin.listTopics()).includes(topic)) throw error;
    });
  } finally {
    await admin.close();
  }
}

interface ConsumeParts {
  readonly base: { clientId: string; bootstrapBrokers: string[] };
  readonly topic: string;
  readonly group: string;
  readonly handle: (event: BusEvent) => Promise<void>;
  readonly log: Log;
}

async function consume({ base, topic, group, handle, log }: ConsumeParts): Promise<Subscription> {
  const consumer = new Consumer({
    ...base, groupId: group, deserializers: stringDeserializers, autocommit: false,
    // Kafka wants the rebalance to last at least as long as a session.
    sessionTimeout: SESSION_MS, rebalanceTimeout: SESSION_MS, heartbeatInterval: 1_000, maxWaitTime: 250,
  });
  const stream = await consumer.consume({ topics: [topic], mode: "committed", fallbackMode: "earliest" });
  const closing = new AbortController();
  stream.on("error", (error: unknown) => { if (!closing.signal.aborted) log.warn({ error, group }, "a subscription of the event bus failed"); });
  const working = (async () => {
    for await (const message of stream) {
      if (closing.signal.aborted) return;
      const event = readEnvelope(message, log);
      if (event && !(await handled(event, handle, closing.signal, log, group))) return;
      await message.commit();
    }
  })().catch((error: unknown) => { if (!closing.signal.aborted) log.error({ error, group }, "a subscription of the event bus ended"); });
  return {
    async close() {
      if (closing.signal.aborted) return;
      closing.abort();
      // A loop that has just ended has closed the stream already.
      await Promise.allSettled([stream.close(), working]);
      await consumer.close();
    },
  };
}

/** Undefined, and passed over, when it is none of ours: somebody wrote into our topic. */
function readEnvelope(message: TextMessage, log: Log): BusEvent | undefined {
  try {
    return JSON.parse(message.value) as BusEvent;
  } catch (error) {
    log.error({ error, partition: message.partition, offset: String(message.offset) }, "a message on the event bus is no event; it is passed over");
    return undefined;
  }
}

/** Again and again until the handler takes it, or until the subscription is closed. */
async function handled(event: BusEvent, handle: ConsumeParts["handle"], signal: AbortSignal, log: Log, group: string): Promise<boolean> {
  for (let pauseMs: number = REDELIVER_MS.first; !signal.aborted; pauseMs = Math.min(pauseMs * 2, REDELIVER_MS.most)) {
    try {
      await handle(event);
      return true;
    } catch (error) {
      log.warn({ error, group, event: event.id, type: event.type }, "a subscriber failed at an event; it gets it again");
      await new Promise<void>((resolve) => {
        const done = () => { clearTimeout(timer); signal.removeEventListener("abort", done); resolve(); };
        const timer = setTimeout(done, pauseMs);
        signal.addEventListener("abort", done);
      });
    }
  }
  return false;
}

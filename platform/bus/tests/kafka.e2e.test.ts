import { randomUUID } from "node:crypto";
import { Consumer, stringDeserializers } from "@platformatic/kafka";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { silentLog } from "#platform/log.ts";
import { findKafka, startTestKafka, type TestKafka } from "#platform/testing/testKafka.ts";
import { ConsumerUnavailable, type RelayedEvent } from "../../events/relay/consumer.ts";
import { busConsumer } from "../busConsumer.ts";
import { createKafkaBus } from "../kafka.ts";
import { anEvent, busContract } from "./contract.ts";

let kafka: TestKafka | undefined;
let missing: string | undefined;
beforeAll(async () => {
  const found = await findKafka();
  if ("missing" in found) missing = found.missing;
  else kafka = await startTestKafka(found);
}, 400_000);
afterAll(() => kafka?.close());
beforeEach((context) => { if (missing) context.skip(missing); });
const broker = () => (kafka as TestKafka).broker;
const openBus = (topic = `t-${randomUUID()}`) => createKafkaBus({ brokers: [broker()], topic, log: silentLog });

describe("the Kafka bus, on a real broker", { timeout: 120_000 }, () => {
  busContract(async () => openBus());

  test("what stands in the topic is what docs/events.md says: key, headers, envelope", async () => {
    const topic = `t-${randomUUID()}`;
    const bus = openBus(topic);
    const event = anEvent(randomUUID(), 1);
    await bus.publish([event]);
    await bus.close();
    const consumer = new Consumer({ clientId: "someone", groupId: "else", bootstrapBrokers: [broker()], deserializers: stringDeserializers });
    const stream = await consumer.consume({ topics: [topic], mode: "earliest" });
    for await (const message of stream) {
      expect(message.key).toBe(event.aggregateId);
      expect(Object.fromEntries(message.headers)).toEqual({ id: event.id, type: "OrderPlaced", version: "1" });
      expect(JSON.parse(message.value)).toEqual(event);
      break;
    }
    await consumer.close();
  });
});

test("a broker that is away is the bus's failure, not the event's", async () => {
  const bus = createKafkaBus({ brokers: ["127.0.0.1:21399"], log: silentLog });
  const { data, occurredAt, ...event } = anEvent(randomUUID(), 1);
  const relayed: RelayedEvent = { ...event, payload: data, occurredAt: new Date(occurredAt), position: 1n, attempts: 1 };
  await expect(busConsumer(bus).handle([relayed], new AbortController().signal)).rejects.toThrow(ConsumerUnavailable);
  await bus.close();
});

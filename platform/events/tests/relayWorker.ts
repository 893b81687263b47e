import type { DatabaseConfig } from "#platform/db/database.ts";
import { Database } from "#platform/db/database.ts";
import { silentLog } from "#platform/log.ts";
import { startRelay } from "../relay/relay.ts";

/**
 * A relay as a process that can be killed: writes down what it is told, in its own transactions, like a consumer in another house.
 * argv: how the relay logs in, how the consumer does, as JSON.
 */
const [relayConfig, ownerConfig] = process.argv.slice(2).map((text) => JSON.parse(text) as DatabaseConfig) as [DatabaseConfig, DatabaseConfig];
const db = Database.open({ ...relayConfig, max: 6 });
const owner = Database.open({ ...ownerConfig, max: 6 });
const note = "insert into public.told (consumer, event_id, aggregate_id, n) select $1, e.id, e.aggregate_id, e.n from unnest($2::uuid[], $3::uuid[], $4::int4[]) with ordinality e (id, aggregate_id, n, place) order by e.place";

const consumer = (name: string, atOnce: number) => ({
  name,
  atOnce,
  async handle(events: readonly { id: string; aggregateId: string; payload: Readonly<Record<string, unknown>> }[]) {
    await owner.raw(note, [name, events.map(({ id }) => id), events.map(({ aggregateId }) => aggregateId), events.map(({ payload }) => payload["n"])]);
  },
});

const relay = await startRelay({ db, consumers: [consumer("one", 1), consumer("many", 50)], log: silentLog, pollMs: 100, tries: { leaseSeconds: 1 } });
process.stdout.write("ready\n");
process.once("SIGTERM", () => {
  void (async () => {
    await relay.stop();
    await db.close();
    await owner.close();
  })();
});

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { childEnvironment, proofMode } from "#platform/config.ts";
import { Database } from "#platform/db/database.ts";
import { useTestDatabases } from "#platform/testing/testDatabase.ts";
import { writeEvents } from "../outbox.ts";

const databases = useTestDatabases({ shop: true });
let owner: Database;
beforeAll(async () => {
  owner = Database.open({ ...databases.shop.config, max: 12 });
  await owner.raw("create table public.told (seq bigint generated always as identity, consumer text, event_id uuid, aggregate_id uuid, n int); create table public.aggregate (id uuid primary key, n int not null)");
});
afterAll(() => owner?.close());

const WORKER = join(import.meta.dirname, "relayWorker.ts");
async function startWorker(): Promise<ChildProcess> {
  const child = spawn(process.execPath, [WORKER, JSON.stringify(databases.shop.as("martgraph_relay")), JSON.stringify(databases.shop.config)], { env: childEnvironment(), stdio: ["ignore", "pipe", "inherit"] });
  if (child.stdout) await Promise.race([once(child.stdout, "data"), once(child, "exit")]);
  return child;
}

/** One event of an aggregate, numbered under the aggregate's lock; some begin long before they get the lock, some roll back. */
async function writeOne(id: string, chance: number): Promise<void> {
  await owner.tx(async (tx) => {
    // A transaction id from before the wait: ids tell nothing about the order.
    if (chance < 0.5) await tx.raw("select pg_current_xact_id()");
    if (chance < 0.2) await sleep(chance * 100);
    const { rows } = await tx.raw<{ n: number }>("update public.aggregate set n = n + 1 where id = $1 returning n", [id]);
    await writeEvents(tx, [{ aggregate: "order", aggregateId: id, type: "OrderPlaced", payload: { n: rows[0]?.n }, occurredAt: new Date() }]);
    if (chance > 0.9) throw new Error("rolled back");
  }).catch((error: Error) => { if (error.message !== "rolled back") throw error; });
}

test("relays that are killed again and again lose nothing and keep the order of each aggregate; what comes twice has the same id", async () => {
  const [aggregates, each, kills] = proofMode() ? [100, 300, 60] : [20, 40, 6];
  const ids = Array.from({ length: aggregates }, () => randomUUID());
  await owner.raw("insert into public.aggregate select unnest($1::uuid[]), 0", [ids]);
  const workers = await Promise.all([startWorker(), startWorker()]);
  const work = ids.flatMap((id) => Array.from({ length: each }, () => id)).map((id) => [Math.random(), id] as const).sort((a, b) => a[0] - b[0]);
  let at = 0;
  const writers = Array.from({ length: 8 }, async () => {
    for (let next = work[at++]; next; next = work[at++]) await writeOne(next[1], Math.random());
  });
  const killer = (async () => {
    for (let kill = 0; kill < kills; kill += 1) {
      await sleep(200 + Math.random() * 400);
      const victim = kill % workers.length;
      workers[victim]?.kill("SIGKILL");
      workers[victim] = await startWorker();
    }
  })();
  await Promise.all([...writers, killer]);
  const { rows: [written] } = await owner.raw<{ count: bigint; sum: bigint }>("select count(*), (select sum(n) from public.aggregate) as sum from platform.outbox");
  const isLeft = async () => (await owner.raw("select 1 from platform.event_queue union all select 1 from platform.outbox where dispatched_at is null limit 1")).rowCount > 0;
  const deadline = Date.now() + 40_000;
  while ((await isLeft()) && Date.now() < deadline) await sleep(100);
  for (const worker of workers) {
    worker.kill("SIGTERM");
    expect(await once(worker, "exit")).toEqual([0, null]);
  }

  expect(String(written?.count)).toBe(String(written?.sum));
  for (const consumer of ["one", "many"]) {
    // The consumer throws duplicates away by id; what is left must be everything, in order.
    const { rows } = await owner.raw<{ aggregate_id: string; n: number; copies: number }>(
      "select aggregate_id, n, count(*)::int4 as copies from public.told where consumer = $1 group by event_id, aggregate_id, n order by min(seq)", [consumer]);
    expect(rows).toHaveLength(Number(written?.count));
    const next = new Map<string, number>();
    for (const { aggregate_id: id, n } of rows) {
      expect(n).toBe((next.get(id) ?? 0) + 1);
      next.set(id, n);
    }
  }
  expect((await owner.raw("select 1 from platform.event_dead_letters")).rowCount).toBe(0);
});

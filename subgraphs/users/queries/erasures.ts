import { idempotencyKeys } from "#kit/idempotency.ts";
import type { Database, Reader, Tx } from "#platform/db/database.ts";
import { query } from "#platform/db/query.ts";

/** The slice's idempotency keys. */
export const keys = idempotencyKeys("users.idempotency_keys");

const MAX_OBSTACLES = 20;
const obstacles = query({
  name: "users.erasureObstacles",
  text: `select o.kind, o.id from orders.erasure_obstacles($1) o order by o.kind, o.id limit ${MAX_OBSTACLES}`,
  params: ["uuid"],
  row: { kind: "text", id: "uuid" },
  budget: { access: "index", maxRows: MAX_OBSTACLES },
});

// Function and ledger together: what is answered is what was written.
const erase = query({
  name: "users.eraseEverywhere",
  text: "select users.erase_everywhere($1, $2) as erasure_id",
  params: ["uuid", "timestamptz"],
  row: { erasure_id: "uuid?" },
  budget: { access: "write", maxRows: 1 },
});

const tell = query({
  name: "users.tellErased",
  text: "insert into platform.outbox (aggregate, aggregate_id, type, payload, occurred_at) values ('user', $1, 'UserErased', jsonb_build_object('userId', $1::uuid), $2)",
  params: ["uuid", "timestamptz"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

const settle = query({
  name: "users.settleErasures",
  text: "select users.settle_erasures(make_interval(secs => $1)) as settled",
  params: ["float8"],
  row: { settled: "int8" },
  budget: { access: "write", maxRows: 1 },
});

export type ObstacleKind = "ORDER" | "PURCHASE" | "RETURN";
export interface Obstacle {
  readonly kind: ObstacleKind;
  /** UUID. */
  readonly id: string;
}

/** What has to be over before the person may go. */
export async function listObstacles(db: Reader, userId: string): Promise<Obstacle[]> {
  return (await db.many(obstacles, [userId])).map(({ kind, id }) => ({ kind: kind as ObstacleKind, id }));
}

/** Erases the person in every slice and tells of it; the id of the ledger's entry, or undefined where there was nobody. */
export async function eraseEverywhere(tx: Tx, userId: string, at: Date): Promise<string | undefined> {
  const { erasure_id: erasureId } = await tx.one(erase, [userId, at]);
  if (erasureId === null) return undefined;
  await tx.execute(tell, [userId, at]);
  return erasureId;
}

/** Does erasures older than so many seconds a last time; answers how many. */
export async function settleErasures(db: Database, seconds: number): Promise<number> {
  return Number((await db.one(settle, [seconds])).settled);
}

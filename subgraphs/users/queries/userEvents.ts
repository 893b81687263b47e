import type { Reader } from "#platform/db/database.ts";
import { query } from "#platform/db/query.ts";

const tell = query({
  name: "users.insertOutbox",
  text: "insert into platform.outbox (aggregate, aggregate_id, type, payload, occurred_at) values ('user', $1, $2, $3, $4)",
  params: ["uuid", "text", "jsonb", "timestamptz"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

/** Tells of something that happened to an account (schema/events), in the transaction it happens in. `at` is business time. */
export async function tellUser(tx: Reader, userId: string, type: string, payload: Readonly<Record<string, unknown>>, at: Date): Promise<void> {
  await tx.execute(tell, [userId, type, { userId, ...payload }, at]);
}

import type { Reader } from "#platform/db/database.ts";
import { query } from "#platform/db/query.ts";

/** What became of a webhook that is done with. */
export type InboxOutcome = "APPLIED" | "NOTHING" | "NOT_OURS";

export interface InboxEntry {
  readonly provider: string;
  readonly eventId: string;
  readonly type: string;
  readonly intentRef: string | null;
  readonly toldAt: Date;
}

const known = query({
  name: "orders.isInInbox",
  text: "select true as is_known from orders.webhook_inbox where provider = $1 and event_id = $2",
  params: ["text", "text"],
  row: { is_known: "bool" },
  budget: { access: "index", maxRows: 1 },
});

const insert = query({
  name: "orders.insertInInbox",
  text: `insert into orders.webhook_inbox (provider, event_id, type, intent_ref, outcome, told_at) values ($1, $2, $3, $4, $5, $6)
    on conflict (provider, event_id) do nothing`,
  params: ["text", "text", "text", "text?", "text", "timestamptz"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

const prune = query({
  name: "orders.pruneInbox",
  text: "delete from orders.webhook_inbox where received_at < now() - make_interval(days => $1)",
  params: ["int4"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

/** Whether the event is done with. */
export async function isInInbox(db: Reader, provider: string, eventId: string): Promise<boolean> {
  return (await db.maybeOne(known, [provider, eventId])) !== undefined;
}

/** Notes that the event is done with: in the transaction of its effect. False when it was noted before. */
export async function noteInInbox(tx: Reader, { provider, eventId, type, intentRef, toldAt }: InboxEntry, outcome: InboxOutcome): Promise<boolean> {
  return (await tx.execute(insert, [provider, eventId, type, intentRef, outcome, toldAt])) === 1;
}

/** Forgets what no provider tells again. */
export async function pruneInbox(db: Reader, days: number): Promise<void> {
  await db.execute(prune, [days]);
}

import { createHash } from "node:crypto";
import type { Reader, Tx } from "#platform/db/database.ts";
import { query } from "#platform/db/query.ts";

/** A call that may be repeated: who makes it, which mutation, under which key, with which content. */
export interface IdempotentCall {
  /** Keys of one actor never meet another's. */
  readonly actor: string;
  readonly operation: string;
  readonly key: string;
  /** Everything the caller asked for, as JSON. */
  readonly content: unknown;
}

/**
 * What a claim found. FRESH: the first call, go on. RESUMED: an earlier call was cut off midway and nobody is at work: go on
 * where it stopped, with what it noted, null when it noted nothing. STORED: it is done, give its answer again. RUNNING: another call is at work. CONFLICT: the key belongs to a
 * call with other content.
 */
export type Claim =
  | { kind: "FRESH" }
  | { kind: "RESUMED"; noted: unknown }
  | { kind: "STORED"; response: unknown }
  | { kind: "RUNNING"; retryAfterSeconds: number }
  | { kind: "CONFLICT" };

export interface IdempotencyKeys {
  /** Takes the key for `leaseSeconds`, in the transaction of the first effect. A call at the same moment waits for its end. */
  claim(tx: Tx, call: IdempotentCall, leaseSeconds: number): Promise<Claim>;
  /** Notes what a call that goes on after a cut has to know, in the transaction of the first effect. */
  note(tx: Tx, call: KeyOf, noted: unknown): Promise<void>;
  /** Stores the answer, in the transaction of the last effect. */
  finish(tx: Tx, call: KeyOf, response: unknown): Promise<void>;
  /** Gives the key back: nothing has happened under it. */
  forget(tx: Tx, call: KeyOf): Promise<void>;
  /** Ends the lease early: the call was cut off and may be resumed at once. */
  release(db: Reader, call: KeyOf): Promise<void>;
  /** Forgets stored answers older than `days`, and calls that nobody came back for that long after their lease ended; answers how many. */
  prune(db: Reader, days: number): Promise<number>;
}
type KeyOf = Pick<IdempotentCall, "actor" | "operation" | "key">;

/** Printable ASCII, 1 to 200 characters. */
export function isIdempotencyKey(text: string): boolean {
  return /^[\x21-\x7e]{1,200}$/.test(text);
}

/** Idempotency over a slice's own table with the columns of orders.idempotency_keys. `table` is a name in the code, never input. */
export function idempotencyKeys(table: `${string}.${string}`): IdempotencyKeys {
  const key = ["text", "text", "text"] as const;
  const isKey = "actor = $1 and operation = $2 and key = $3";
  const insert = query({
    name: `${table}.claim`,
    text: `insert into ${table} (actor, operation, key, request_hash, state, lease_until)
      values ($1, $2, $3, $4, 'RUNNING', now() + make_interval(secs => $5)) on conflict do nothing`,
    params: [...key, "text", "float8"],
    row: {},
    budget: { access: "write", maxRows: 0 },
  });
  const find = query({
    name: `${table}.find`,
    text: `select request_hash, state, response, ceil(extract(epoch from lease_until - clock_timestamp()))::int4 as lease_seconds
      from ${table} where ${isKey} for update`,
    params: key,
    row: { request_hash: "text", state: "text", response: "jsonb?", lease_seconds: "int4?" },
    budget: { access: "write", maxRows: 1 },
  });
  const takeOver = query({
    name: `${table}.takeOver`,
    text: `update ${table} set lease_until = now() + make_interval(secs => $4) where ${isKey}`,
    params: [...key, "float8"],
    row: {},
    budget: { access: "write", maxRows: 0 },
  });
  const store = query({
    name: `${table}.finish`,
    text: `update ${table} set state = 'DONE', response = $4, lease_until = null where ${isKey}`,
    params: [...key, "jsonb"],
    row: {},
    budget: { access: "write", maxRows: 0 },
  });
  const remember = query({
    name: `${table}.note`,
    text: `update ${table} set response = $4 where ${isKey} and state = 'RUNNING'`,
    params: [...key, "jsonb"],
    row: {},
    budget: { access: "write", maxRows: 0 },
  });
  const drop = query({
    name: `${table}.forget`,
    text: `delete from ${table} where ${isKey} and state = 'RUNNING'`,
    params: key,
    row: {},
    budget: { access: "write", maxRows: 0 },
  });
  const end = query({
    name: `${table}.release`,
    text: `update ${table} set lease_until = now() where ${isKey} and state = 'RUNNING'`,
    params: key,
    row: {},
    budget: { access: "write", maxRows: 0 },
  });
  const old = query({
    name: `${table}.prune`,
    text: `delete from ${table} where created_at < now() - make_interval(days => $1)
      and (state = 'DONE' or coalesce(lease_until, created_at) < now() - make_interval(days => $1))`,
    params: ["int4"],
    row: {},
    budget: { access: "write", maxRows: 0 },
  });

  return {
    async claim(tx, call, leaseSeconds) {
      const { actor, operation, key: name } = call;
      const hash = hashOf(call.content);
      if ((await tx.execute(insert, [actor, operation, name, hash, leaseSeconds])) === 1) return { kind: "FRESH" };
      const found = await tx.maybeOne(find, [actor, operation, name]);
      // Forgotten between the two statements: whoever held it undid everything.
      if (!found) return { kind: "RUNNING", retryAfterSeconds: 1 };
      if (found.request_hash !== hash) return { kind: "CONFLICT" };
      if (found.state === "DONE") return { kind: "STORED", response: found.response };
      if (found.lease_seconds !== null && found.lease_seconds > 0) return { kind: "RUNNING", retryAfterSeconds: found.lease_seconds };
      await tx.execute(takeOver, [actor, operation, name, leaseSeconds]);
      return { kind: "RESUMED", noted: found.response };
    },
    note: async (tx, call, noted) => void (await tx.execute(remember, [call.actor, call.operation, call.key, noted])),
    finish: async (tx, call, response) => void (await tx.execute(store, [call.actor, call.operation, call.key, response])),
    forget: async (tx, call) => void (await tx.execute(drop, [call.actor, call.operation, call.key])),
    release: async (db, call) => void (await db.execute(end, [call.actor, call.operation, call.key])),
    prune: (db, days) => db.execute(old, [days]),
  };
}

/** The same for the same content, whatever the order in which its fields were written. */
function hashOf(content: unknown): string {
  return createHash("sha256").update(JSON.stringify(content, sortKeys)).digest("base64url");
}

function sortKeys(_key: string, value: unknown): unknown {
  if (typeof value === "bigint") return value.toString();
  if (value === null || typeof value !== "object" || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}

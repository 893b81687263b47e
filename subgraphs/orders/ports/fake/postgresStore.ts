import type { Database } from "#platform/db/database.ts";
import { SQLSTATE, sqlState } from "#platform/db/errors.ts";
import { query } from "#platform/db/query.ts";
import type { Account, AccountDispute, AccountRefund } from "./account.ts";
import type { FakeStore } from "./store.ts";

const load = query({
  name: "paymentFake.load",
  text: `select i.ref, i.state, i.currency, i.exponent, i.amount_units, i.capture, i.captured_units, i.refunded_units, i.client_secret, i.token, i.decline_reason, i.metadata, i.version, i.created_at,
      (select jsonb_agg(jsonb_build_object('ref', r.ref, 'state', r.state, 'units', r.units::text, 'metadata', r.metadata, 'createdAt', r.created_at) order by r.created_at, r.ref)
        from payment_fake.intent_refunds r where r.intent_ref = i.ref) as refunds,
      (select jsonb_agg(jsonb_build_object('ref', d.ref, 'state', d.state, 'units', d.units::text, 'createdAt', d.created_at) order by d.created_at, d.ref)
        from payment_fake.disputes d where d.intent_ref = i.ref) as disputes,
      q.fingerprint, q.answer, q.created_at as asked_at
    from (values ($1::text, $2::text)) as asked (ref, key)
    left join payment_fake.intents i on i.ref = asked.ref
    left join payment_fake.requests q on q.key = asked.key`,
  params: ["text?", "text?"],
  row: {
    ref: "text?", state: "text?", currency: "text?", exponent: "int2?", amount_units: "int8?", capture: "text?", captured_units: "int8?", refunded_units: "int8?", client_secret: "text?",
    token: "text?", decline_reason: "text?", metadata: "jsonb?", version: "int4?", created_at: "timestamptz?", refunds: "jsonb?", disputes: "jsonb?",
    fingerprint: "text?", answer: "jsonb?", asked_at: "timestamptz?",
  },
  budget: { access: "index", maxRows: 1 },
});

// The account first, at the version it was read at; everything else hangs on it. A key that is there already fails the whole.
const commit = query({
  name: "paymentFake.commit",
  text: `with account as (
      insert into payment_fake.intents (ref, state, currency, exponent, amount_units, capture, captured_units, refunded_units, client_secret, token, decline_reason, metadata, version, created_at)
      values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
      on conflict (ref) do update set state = excluded.state, captured_units = excluded.captured_units, refunded_units = excluded.refunded_units, token = excluded.token,
        decline_reason = excluded.decline_reason, version = excluded.version
      where intents.version = excluded.version - 1
      returning ref
    ), refunded as (
      insert into payment_fake.intent_refunds (ref, intent_ref, state, units, metadata, created_at)
      select r.ref, account.ref, r.state, r.units, r.metadata, r.created_at
      from account, jsonb_to_recordset($15) as r (ref text, state text, units bigint, metadata jsonb, created_at timestamptz)
      on conflict (ref) do update set state = excluded.state
    ), disputed as (
      insert into payment_fake.disputes (ref, intent_ref, state, units, created_at)
      select d.ref, account.ref, d.state, d.units, d.created_at
      from account, jsonb_to_recordset($16) as d (ref text, state text, units bigint, created_at timestamptz)
      on conflict (ref) do update set state = excluded.state
    ), answered as (
      insert into payment_fake.requests (key, fingerprint, answer, created_at)
      select $17::text, $18::text, $19::jsonb, $20::timestamptz from account where $17::text is not null
    ), told as (
      insert into payment_fake.events (id, type, body, created_at)
      select e.id, e.type, e.body, e.created_at
      from account, jsonb_to_recordset($21) as e (id text, type text, body text, created_at timestamptz)
    )
    select count(*) as written from account`,
  params: [
    "text", "text", "text", "int2", "int8", "text", "int8", "int8", "text", "text?", "text?", "jsonb", "int4", "timestamptz",
    "jsonb", "jsonb", "text?", "text?", "jsonb?", "timestamptz?", "jsonb",
  ],
  row: { written: "int8" },
  budget: { access: "write", maxRows: 1 },
});

const forget = query({
  name: "paymentFake.forget",
  text: "delete from payment_fake.requests where created_at <= $1",
  params: ["timestamptz"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

const undelivered = query({
  name: "paymentFake.undelivered",
  text: "select id, type, body, created_at from payment_fake.events where delivered_at is null order by created_at, id limit $1",
  params: ["int4"],
  row: { id: "text", type: "text", body: "text", created_at: "timestamptz" },
  budget: { access: "index", maxRows: 100_000 },
});

const markDelivered = query({
  name: "paymentFake.markDelivered",
  text: "update payment_fake.events set delivered_at = clock_timestamp() where id = any($1) and delivered_at is null",
  params: ["text[]"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

interface StoredPart { ref: string; state: string; units: string; metadata?: Readonly<Record<string, string>>; createdAt: string }

/** The stand-in's books in the shop's database, schema payment_fake: a restart forgets no money. One statement reads, one writes. */
export function postgresStore(db: Database): FakeStore {
  return {
    async load(ref, key) {
      const row = await db.one(load, [ref, key]);
      return {
        account: row.ref === null ? undefined : toAccount(row as Present<typeof row>),
        request: row.fingerprint === null || key === null ? undefined : { key, fingerprint: row.fingerprint, answer: row.answer, createdAt: row.asked_at as Date },
      };
    },
    async commit({ account, request, events }) {
      const { amount } = account;
      try {
        const { written } = await db.one(commit, [
          account.ref, account.state, amount.currency, amount.exponent, amount.units, account.capture, account.capturedUnits, account.refundedUnits, account.clientSecret,
          account.token, account.declineReason, account.metadata, account.version, account.createdAt,
          asJson(account.refunds.map(fromPart)), asJson(account.disputes.map(fromPart)),
          request?.key ?? null, request?.fingerprint ?? null, request ? asJson(request.answer) : null, request?.createdAt ?? null,
          asJson(events.map((event) => ({ id: event.id, type: event.type, body: event.body, created_at: event.createdAt }))),
        ]);
        return written === 1n;
      } catch (error) {
        if (sqlState(error) === SQLSTATE.uniqueViolation) return false;
        throw error;
      }
    },
    async forget(before) {
      await db.execute(forget, [before]);
    },
    async listUndelivered(limit) {
      return (await db.many(undelivered, [limit])).map((row) => ({ id: row.id, type: row.type, body: row.body, createdAt: row.created_at }));
    },
    async markDelivered(ids) {
      await db.execute(markDelivered, [ids]);
    },
  };
}

type Present<T> = { [K in keyof T]: NonNullable<T[K]> };
interface AccountRow {
  ref: string; state: string; currency: string; exponent: number; amount_units: bigint; capture: string; captured_units: bigint; refunded_units: bigint; client_secret: string;
  token: string | null; decline_reason: string | null; metadata: unknown; version: number; created_at: Date; refunds: unknown; disputes: unknown;
}

function toAccount(row: AccountRow): Account {
  return {
    ref: row.ref, state: row.state as Account["state"], amount: { units: row.amount_units, exponent: row.exponent, currency: row.currency }, capture: row.capture as Account["capture"],
    capturedUnits: row.captured_units, refundedUnits: row.refunded_units, clientSecret: row.client_secret, token: row.token, declineReason: row.decline_reason,
    metadata: row.metadata as Account["metadata"], version: row.version, createdAt: row.created_at,
    refunds: ((row.refunds ?? []) as StoredPart[]).map((part) => ({ ...toPart(part), metadata: part.metadata ?? {} }) as AccountRefund),
    disputes: ((row.disputes ?? []) as StoredPart[]).map((part) => toPart(part) as AccountDispute),
  };
}

const toPart = ({ ref, state, units, createdAt }: StoredPart) => ({ ref, state, units: BigInt(units), createdAt: new Date(createdAt) });
const fromPart = ({ units, createdAt, ...rest }: AccountRefund | AccountDispute) => ({ ...rest, units: units.toString(), created_at: createdAt });
/** The driver would write an array as a PostgreSQL array. */
const asJson = (value: unknown): string => JSON.stringify(value);

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { fillSmallShop } from "#kit/testing/smallShop.ts";
import { Database } from "#platform/db/database.ts";
import { useTestDatabases } from "#platform/testing/testDatabase.ts";
import { PERSONAL_DATA } from "#schema/personalData.ts";
import { CANARY, PERSON, plantPerson, PLANTED } from "./plantedPerson.ts";

const databases = useTestDatabases({ shop: true });
let owner: Database;

interface Column { table: string; name: string; type: string; isGenerated: boolean }
let columns: Column[] = [];

/** Text, JSON and bytes can hold anything; an id is looked at where its name says that it is somebody's. */
const COULD_BE_PERSONAL = ({ type, name, isGenerated }: Column) =>
  !isGenerated && (/^(text|jsonb?|bytea|inet|cidr|character|name\b)/.test(type) || (type === "uuid" && /user|actor|person|owner|author|member|customer|_by$/.test(name)));

beforeAll(async () => {
  owner = Database.open({ ...databases.shop.config, max: 2 });
  await fillSmallShop(owner);
  await plantPerson(owner);
  const { rows } = await owner.raw<{ t: string; name: string; type: string; generated: boolean }>(
    `select n.nspname || '.' || c.relname as t, a.attname::text as name, format_type(a.atttypid, null) as type, a.attgenerated <> '' as generated
     from pg_class c join pg_namespace n on n.oid = c.relnamespace join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
     where c.relkind in ('r', 'p') and not c.relispartition and n.nspname in ('users', 'catalog', 'orders', 'events', 'platform', 'payment_fake') order by 1, a.attnum`);
  columns = rows.map((row) => ({ table: row.t, name: row.name, type: row.type, isGenerated: row.generated }));
});
afterAll(() => owner?.close());

/** What leads to the planted person: their words, as text or bytes, and their id. */
const TRACES = `(${CANARY}|${Buffer.from(CANARY).toString("hex")}|${PERSON}|${PERSON.replaceAll("-", "")})`;
const holds = async ({ table, name }: Pick<Column, "table" | "name">) => ((await owner.raw<{ n: bigint }>(`select count(*) as n from ${table} where "${name}"::text ~ $1`, [TRACES])).rows[0]?.n ?? 0n) > 0n;
const tracesLeft = async () => {
  const found: string[] = [];
  for (const column of columns) if (await holds(column)) found.push(`${column.table}.${column.name}`);
  return found.sort();
};
const ruleOf = ({ table, name }: Pick<Column, "table" | "name">) => PERSONAL_DATA[table]?.personal?.[name];
const kept = () => columns.filter((column) => ruleOf(column)?.startsWith("KEEP")).map(({ table, name }) => `${table}.${name}`);

describe("the list of personal data", () => {
  test("every column that could hold personal data was looked at: put a new one into schema/personalData.ts, and say what becomes of it", () => {
    const unseen = columns.filter(COULD_BE_PERSONAL).filter(({ table, name }) => {
      const known = PERSONAL_DATA[table];
      return !known || !(name in (known.personal ?? {}) || ` ${known.other ?? ""} `.includes(` ${name} `));
    });
    expect(unseen.map(({ table, name }) => `${table}.${name}`)).toEqual([]);
  });
  test("it names nothing that is not there", () => {
    const there = new Set(columns.map(({ table, name }) => `${table}.${name}`));
    const named = Object.entries(PERSONAL_DATA).flatMap(([table, { personal = {}, other = "" }]) => [...Object.keys(personal), ...other.split(" ").filter(Boolean)].map((name) => `${table}.${name}`));
    expect(named.filter((name) => !there.has(name))).toEqual([]);
  });
  test("every personal column is planted: a column without a trace of the person proves nothing when it is gone", async () => {
    // Words out of a fixed set cannot hold a mark: countries, languages, roles.
    const unmarkable = new Set(["users.users.roles", "users.users.country_code", "users.users.locale", "users.addresses.country_code", "orders.cart_delivery.country_code", "orders.order_contacts.country_code"]);
    const bare = [];
    for (const column of columns) {
      const rule = ruleOf(column);
      const name = `${column.table}.${column.name}`;
      if (rule && !unmarkable.has(name) && !rule.startsWith("KEEP") && !(await holds(column))) bare.push(name);
    }
    expect(bare).toEqual([]);
  });
});

describe("erasing", () => {
  test("at once: nothing of the person is left but the empty shell, for the gateways, and what is on its way", async () => {
    await owner.raw("select users.erase_everywhere($1, now())", [PERSON]);
    const left = await tracesLeft();
    const shell = ["platform.event_dead_letters.aggregate_id", "platform.event_queue.aggregate_id", "platform.outbox.aggregate_id", "platform.outbox.payload", "users.refresh_tokens.secret_hash", "users.sessions.user_id", "users.users.id"];
    expect(left.filter((name) => !kept().includes(name) && !shell.includes(name))).toEqual(["users.data_exports.object_key", "users.data_exports.token_hash"]);
    const { rows } = await owner.raw("select status, email, display_name, password_hash, roles, country_code, external_ref from users.users where id = $1", [PERSON]);
    expect(rows).toEqual([{ status: "ERASED", email: expect.stringMatching(/^erased-[0-9a-f-]{36}@erased\.invalid$/), display_name: null, password_hash: null, roles: ["CUSTOMER"], country_code: null, external_ref: null }]);
    expect((await owner.raw("select revoked_why, device, ip from users.sessions where user_id = $1", [PERSON])).rows).toEqual([{ revoked_why: "DISABLED", device: "", ip: null }]);
  });

  test("the books stand: amounts, lines, numbers, references; only the buyer is gone from the document", async () => {
    const { rows } = await owner.raw(
      `select o.number, o.user_id, o.customer_type, o.total_units, l.amount_units, i.number as invoice, i.document, p.provider_ref, r.total_units as refunded
       from orders.orders o join orders.order_lines l on l.order_id = o.id join orders.invoices i on i.order_id = o.id join orders.payments p on p.order_id = o.id join orders.refunds r on r.order_id = o.id
       where o.id = $1`, [PLANTED.order]);
    expect(rows).toEqual([{ number: "900001", user_id: null, customer_type: "GUEST", total_units: 450n, amount_units: 450n, invoice: "INV-2011-000001", provider_ref: "pi_1", refunded: 100n,
      document: { number: "INV-2011-000001", buyer: [], lines: [{ code: "85121A", amount: "4.50" }] } }]);
    const events = await owner.raw("select type, actor, data from orders.order_events where order_id = $1 order by type", [PLANTED.order]);
    expect(events.rows).toEqual([
      { type: "FulfilmentShipped", actor: "guest", data: { trackingNumber: null, carrier: "Post" } }, { type: "NoteAdded", actor: "user:someone", data: { text: "[erased]" } },
      { type: "OrderPlaced", actor: "guest", data: { userId: null, total: "4.50" } },
    ]);
    // What they did to orders of others was done by somebody of the shop.
    expect((await owner.raw("select distinct actor from orders.order_events where order_id = $1 order by 1", [PLANTED.foreignOrder])).rows).toEqual([{ actor: "user:erased" }, { actor: "user:someone" }]);
  });

  test("again changes nothing, and nobody who is not there is erased", async () => {
    const [again, nobody] = await Promise.all(["users.erase_everywhere($1, now())", "users.erase_everywhere(gen_random_uuid(), now())"].map((call, index) => owner.raw(`select ${call} as id`, index === 0 ? [PERSON] : [])));
    expect([again?.rows, nobody?.rows]).toEqual([[{ id: null }], [{ id: null }]]);
    expect((await owner.raw("select count(*)::int as n from users.erasures")).rows).toEqual([{ n: 1 }]);
  });

  test("an append-only table is still closed to everybody else, whatever they say about erasing", async () => {
    await using orders = Database.open({ ...databases.shop.as("martgraph_orders"), max: 1 });
    await expect(orders.tx(async (tx) => {
      await tx.raw("set local martgraph.erasing = 'yes'");
      await tx.raw("update orders.order_events set actor = 'guest'");
    })).rejects.toThrow(/permission denied|append-only/);
    await expect(owner.raw("update orders.order_events set actor = 'guest'")).rejects.toThrow("append-only");
  });

  test("settled: what came in the meantime goes too, and the shell; the ledger knows whom by a hash", async () => {
    await owner.raw("insert into orders.carts (user_id, currency, note, created_at, updated_at) values ($1, 'GBP', $2, now(), now())", [PERSON, CANARY]);
    await owner.raw("update users.users set erased_at = now() - interval '31 minutes' where id = $1", [PERSON]);
    expect((await owner.raw("select users.settle_erasures(interval '30 minutes') as n")).rows).toEqual([{ n: 1n }]);
    expect((await tracesLeft()).filter((name) => !kept().includes(name))).toEqual(["users.data_exports.object_key", "users.data_exports.token_hash"]);
    const { rows } = await owner.raw("select user_hash = users.erasure_hash($1) as is_theirs, settled_at is not null as is_settled from users.erasures", [PERSON]);
    expect(rows).toEqual([{ is_theirs: true, is_settled: true }]);
    expect((await owner.raw("select users.settle_erasures(interval '30 minutes') as n")).rows).toEqual([{ n: 0n }]);
  });
});

describe("an old copy of the shop that is brought back", () => {
  test("is rid of everybody in the ledger, and its own ledger is whole again", async () => {
    const { rows: ledger } = await owner.raw<{ user_hash: string }>("select user_hash from users.erasures");
    await owner.raw("delete from users.erasures; delete from users.permission_groups; delete from platform.webhook_deliveries; delete from platform.webhook_endpoints");
    await owner.raw("insert into users.users (id, email, display_name, created_at) values ($1, $2, $3, now())", [PERSON, `${CANARY}@example.test`, CANARY]);
    const other = "0".repeat(64);
    expect((await owner.raw("select users.erase_again($1, now()) as n", [[...ledger.map((one) => one.user_hash), other]])).rows).toEqual([{ n: 1n }]);
    expect((await owner.raw("select status from users.users where id = $1", [PERSON])).rows).toEqual([{ status: "ERASED" }]);
    expect((await owner.raw("select user_hash from users.erasures order by 1")).rows).toEqual([other, ...ledger.map((one) => one.user_hash)].sort().map((user_hash) => ({ user_hash })));
  });
});

import { randomUUID } from "node:crypto";
import { execFileSync } from "node:child_process";
import { inspect } from "node:util";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { person } from "#kit/testing/graphOf.ts";
import { fillSmallShop, SMALL_SHOP } from "#kit/testing/smallShop.ts";
import { Database } from "#platform/db/database.ts";
import type { RelayedEvent } from "#platform/events/relay/consumer.ts";
import type { Log } from "#platform/log.ts";
import { useTestDatabases } from "#platform/testing/testDatabase.ts";
import { PERSONAL_DATA } from "#schema/personalData.ts";
import { encodeId } from "#schema/values/ids.ts";
import { composeExportMail } from "#subgraphs/users/mail/exportMail.ts";
import { type Data, type ServedGraph, serveTestGraph } from "./servedGraph.ts";

const databases = useTestDatabases({ shop: true, warehouse: true });
let owner: Database;
let served: ServedGraph;

/** What the whole process writes, logs above all. */
const written: string[] = [];

beforeAll(async () => {
  for (const stream of [process.stdout, process.stderr]) {
    const write = stream.write.bind(stream);
    vi.spyOn(stream, "write").mockImplementation(((chunk: string | Uint8Array, ...rest: never[]) => {
      written.push(String(chunk));
      return write(chunk, ...rest);
    }) as typeof stream.write);
  }
  // Of every level, and before anything is left out of it.
  const note = (fields: object, message: string) => void written.push(`${inspect(fields, { depth: 8, maxStringLength: null })} ${message}`);
  const log: Log = { debug: note, info: note, warn: note, error: note, child: () => log };
  log.info({}, "listening");
  owner = Database.open({ ...databases.shop.config, max: 2 });
  await fillSmallShop(owner);
  served = await serveTestGraph("one process", databases.shop, databases.warehouse, log);
});
afterAll(async () => {
  vi.restoreAllMocks();
  await served?.close();
  await owner?.close();
});

/** Everything the gateway has answered that was no success. */
const refused: string[] = [];
async function ask(query: string, variables: object, token?: string): Promise<Data> {
  const response = await fetch(`${served.url}/graphql`, { method: "POST", body: JSON.stringify({ query, variables }), headers: { "content-type": "application/json", ...(token ? { authorization: `Bearer ${token}` } : {}) } });
  const text = await response.text();
  const { data, errors } = JSON.parse(text) as { data?: Data; errors?: object[] };
  if (errors || !/"__typename":"\w*(Success|TokenPair)"/.test(text)) refused.push(text);
  return data?.["result"] ?? { errors };
}

const ERROR = "... on UserError { code message path }";
const REGISTER = `mutation ($input: RegisterInput!) { result: register(input: $input) { __typename ... on TokenPair { accessToken refreshToken user { id } } ${ERROR} } }`;
const LOGIN = `mutation ($input: LoginInput!) { result: login(input: $input) { __typename ... on TokenPair { accessToken } ${ERROR} } }`;
const ADDRESS = `mutation ($input: AddressUpsertInput!) { result: addressUpsert(input: $input) { __typename ${ERROR} } }`;
const CART = `mutation { result: cartCreate { __typename ... on CartCreateSuccess { cart { id } } } }`;
const DELIVER = `mutation ($input: CartSetDeliveryInput!) { result: cartSetDelivery(input: $input) { __typename ${ERROR} } }`;
const SEARCH = `mutation ($input: TrackEventsInput!) { result: trackEvents(input: $input) { __typename } }`;

const PEOPLE = 125;
const word = (n: number, what: string) => `zq${n.toString(36)}x${what}canary`;

test("a thousand canaries of personal data, driven through the API, are in the tagged columns of the shop and nowhere else", { timeout: 240_000 }, async () => {
  const canaries: string[] = [];
  const one = async (n: number) => {
    const of = (what: string) => {
      canaries.push(word(n, what));
      return word(n, what);
    };
    const email = `${of("mail")}@example.test`;
    const password = of("pass");
    const phone = `+4400${String(n).padStart(6, "0")}77`;
    canaries.push(phone);
    const account = await ask(REGISTER, { input: { email, password, displayName: of("name") } });
    expect(account["__typename"]).toBe("TokenPair");
    canaries.push(account["accessToken"], account["refreshToken"]);
    const token = account["accessToken"] as string;
    const home = { name: word(n, "name"), line1: of("street"), city: of("city"), countryCode: "GB", phone };
    await ask(ADDRESS, { input: home }, token);
    await ask(ADDRESS, { input: { ...home, postalCode: `${word(n, "street")}-is-much-too-long` } }, token);
    await ask(LOGIN, { input: { email, password: `${password}!` } });
    const { cart } = await ask(CART, {}, token);
    await ask(DELIVER, { input: { cartId: cart.id, email, address: home } }, token);
    await ask(DELIVER, { input: { cartId: cart.id, email: `${word(n, "mail")} at nowhere`, address: { ...home, phone: `call ${phone}` } } }, token);
    await ask(SEARCH, { input: { consent: true, sessionId: randomUUID(), events: [{ id: randomUUID(), type: "SEARCH", occurredAt: new Date().toISOString(), searchText: `${email} lantern` }] } }, token);
  };
  // The queue of hashes turns a flood away, and an account alone counts its own guesses.
  for (let n = 0; n < PEOPLE; n += 5) await Promise.all([0, 1, 2, 3, 4].map((m) => one(n + m)));
  expect(canaries.length).toBeGreaterThanOrEqual(1_000);

  const looked = new RegExp(canaries.map((canary) => canary.replaceAll(/[+.]/g, "\\$&")).join("|"));
  expect(refused.length).toBeGreaterThan(2 * PEOPLE);
  expect(refused.filter((text) => looked.test(text)), "answers that refuse").toEqual([]);
  expect(written.filter((text) => looked.test(text)), "what the process wrote").toEqual([]);
  expect(looked.test(execFileSync("ps", ["-eo", "args"], { maxBuffer: 50_000_000 }).toString()), "arguments of processes").toBe(false);

  const { rows: columns } = await owner.raw<{ t: string; name: string }>(
    `select n.nspname || '.' || c.relname as t, a.attname::text as name from pg_class c join pg_namespace n on n.oid = c.relnamespace join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
     where c.relkind in ('r', 'p') and not c.relispartition and n.nspname in ('users', 'catalog', 'orders', 'events', 'platform', 'payment_fake') and format_type(a.atttypid, null) ~ '^(text|jsonb?|bytea)'`);
  const found: string[] = [];
  for (const { t, name } of columns) if ((await owner.raw(`select from ${t} where "${name}"::text ~ 'zq[0-9a-z]+x[a-z]+canary|^.?\\+4400[0-9]{6}77' limit 1`)).rowCount) found.push(`${t}.${name}`);
  expect(found).toContain("users.users.email");
  expect(found).toContain("orders.cart_delivery.line1");
  expect(found.filter((column) => { const at = column.lastIndexOf("."); return !(column.slice(at + 1) in (PERSONAL_DATA[column.slice(0, at)]?.personal ?? {})); }), "columns that are not tagged").toEqual([]);
  // Passwords and tokens are nowhere at all, as they were.
  for (const secret of canaries.filter((canary) => /pass(canary)|^ey/.test(canary)).slice(0, 200)) {
    expect((await owner.raw("select from users.users u where u::text like '%' || $1 || '%'", [secret])).rowCount).toBe(0);
  }
});

test("a person takes a copy of their data by the link in the mail, once; a page that is merely opened uses nothing up", { timeout: 60_000 }, async () => {
  const token = await freshToken(SMALL_SHOP.ada);
  expect(await ask("mutation { result: dataExportRequest { __typename } }", {}, token)).toEqual({ __typename: "DataExportRequestSuccess" });
  const event = await vi.waitFor(async () => {
    const { rows } = await owner.raw<{ event_id: string; type: string; payload: RelayedEvent["payload"] }>("select event_id, type, payload from platform.outbox where type = 'DataExportReady'");
    expect(rows).toHaveLength(1);
    return rows[0] as unknown as RelayedEvent & { event_id: string };
  }, { timeout: 20_000, interval: 100 });
  const relay = Database.open({ ...databases.shop.as("martgraph_relay"), max: 1 });
  const mail = await composeExportMail({ db: relay, shop: "Martgraph", webUrl: () => served.url }, { ...event, id: event.event_id });
  await relay.close();
  expect(mail).toMatchObject({ to: "ada@example.test", message: "dataExport" });
  const link = /http\S+\/account\/export\?token=\S+/.exec(mail?.text ?? "")?.[0] ?? "";
  for (let look = 0; look < 2; look += 1) expect(await (await fetch(link)).text()).toContain("Download");
  expect((await fetch(`${link}x`, { method: "POST" })).status).toBe(404);
  const got = await fetch(link, { method: "POST" });
  expect([got.status, got.headers.get("content-type"), got.headers.get("cache-control"), got.headers.get("content-disposition")]).toEqual([200, "application/json", "no-store", expect.stringMatching(/^attachment; filename="my-data-\d{4}-\d\d-\d\d\.json"$/)]);
  expect(await got.json()).toMatchObject({ format: "martgraph.person/1", person: { account: { email: "ada@example.test" } } });
  expect((await fetch(link, { method: "POST" })).status).toBe(404);
});

test("a person erases themselves, and the access token they hold is nobody's within a second or two", { timeout: 60_000 }, async () => {
  const account = await ask(REGISTER, { input: { email: "gone@example.test", password: "a long enough phrase", displayName: "Gone" } });
  const token = account["accessToken"] as string;
  const erase = "mutation ($input: UserEraseInput!) { result: userErase(input: $input) { __typename } }";
  expect(await ask(erase, { input: { idempotencyKey: "bye" } }, token)).toEqual({ __typename: "UserEraseSuccess" });
  await vi.waitFor(async () => {
    const response = await fetch(`${served.url}/graphql`, { method: "POST", body: JSON.stringify({ query: "{ me { id } }" }), headers: { "content-type": "application/json", authorization: `Bearer ${token}` } });
    expect(response.status).toBe(401);
  }, { timeout: 5_000, interval: 100 });
  expect(await ask(LOGIN, { input: { email: "gone@example.test", password: "a long enough phrase" } })).toMatchObject({ __typename: "InvalidCredentials" });
  expect((await owner.raw("select from users.users u where u::text like '%gone@%'")).rowCount).toBe(0);
});

/** A token of somebody who has just shown who they are. */
async function freshToken(userId: string): Promise<string> {
  expect(person(userId).userId).toBe(userId);
  const email = `fresh-${encodeId("usr", userId)}@example.test`;
  const account = await ask(REGISTER, { input: { email, password: "a long enough phrase" } });
  // The account that was opened takes the place of the person whose data is asked for.
  await owner.raw("update users.users set email = 'was.ada@example.test' where id = $1", [userId]);
  await owner.raw("update users.users set email = 'ada@example.test', email_verified_at = now() where email = $1", [email]);
  return account["accessToken"] as string;
}

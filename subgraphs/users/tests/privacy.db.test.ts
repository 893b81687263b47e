import { createHash, randomBytes, randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { exportJWK, generateKeyPair } from "jose";
import { afterAll, beforeEach, describe, expect, test, vi } from "vitest";
import { ACCESS_TOKEN } from "#kit/claims.ts";
import { person } from "#kit/testing/graphOf.ts";
import { useSlice } from "#kit/testing/sliceTest.ts";
import { SMALL_SHOP } from "#kit/testing/smallShop.ts";
import { NOW } from "#kit/testing/testClocks.ts";
import type { Viewer } from "#kit/viewer.ts";
import { createFileStore } from "#platform/objects/fileStore.ts";
import { readAll } from "#platform/objects/store.ts";
import { uploadSigner } from "#platform/objects/uploads.ts";
import { encodeId } from "#schema/values/ids.ts";
import { createUsersSubgraph } from "../subgraph.ts";

const keys = await generateKeyPair(ACCESS_TOKEN.algorithm, { extractable: true });
const tokenKey = { privateJwk: await exportJWK(keys.privateKey) };
const dir = mkdtempSync(join(tmpdir(), "martgraph-exports-"));
const objects = createFileStore({ dir, uploads: uploadSigner({ secret: Buffer.alloc(32), baseUrl: undefined }) });
const slice = useSlice("martgraph_users", (deps) => createUsersSubgraph({ ...deps, tokenKey, dataKey: "0".repeat(43), objects }));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const now = NOW.wall.getTime() / 1000;
/** Somebody who has just shown who they are. */
const fresh = (userId: string, ...roles: Viewer["roles"]): Viewer => ({ ...person(userId, ...roles), authenticatedAt: now - 60 });
const ERROR = "... on UserError { code message path }";
const EXPORT = `mutation { result: dataExportRequest { __typename ... on DataExportRequestSuccess { dataExport { id state requestedAt bytes } } ${ERROR} ... on TooManyExports { retryAfterSeconds } ... on StepUpRequired { maxAgeSeconds } } }`;
const ERASE = `mutation ($input: UserEraseInput!) { result: userErase(input: $input) { __typename ... on UserEraseSuccess { erasedAt } ${ERROR} ... on ErasureMustWait { obstacles { kind id } } ... on PermissionNotHeld { permissions } } }`;
const MINE = "{ me { dataExports { id state bytes readyAt expiresAt downloadedAt } } }";
const OPEN = "mutation ($token: String!) { dataExportOpen(token: $token) { objectKey fileName } }";

const run = async (viewer: Viewer, document: string, variables: Record<string, unknown> = {}) => {
  const { data, errors } = await slice.graph.as(viewer).run(document, variables);
  return errors ? { errors } : data["result"];
};
let keyCount = 0;
const erase = (viewer: Viewer, input: object = {}) => run(viewer, ERASE, { input: { idempotencyKey: `key-${++keyCount}`, ...input } });
const ask = (viewer = fresh(SMALL_SHOP.ada)) => run(viewer, EXPORT);
const mine = async (viewer = fresh(SMALL_SHOP.ada)) => (await slice.graph.as(viewer).run(MINE)).data["me"].dataExports;
const isReady = () => vi.waitFor(async () => expect((await mine())[0].state).toBe("READY"), { timeout: 10_000, interval: 30 });
const newPerson = async (roles = "{CUSTOMER}") => (await slice.owner.raw<{ id: string }>("insert into users.users (email, roles, created_at) values (gen_random_uuid() || '@example.test', $1, now()) returning id", [roles])).rows[0]?.id ?? "";

beforeEach(() => slice.owner.raw("delete from users.data_exports"));

describe("dataExportRequest", () => {
  test("DataExportRequestSuccess: everything all slices hold is written into the store, and a mail is wanted", async () => {
    await slice.owner.raw("insert into users.addresses (user_id, line1, created_at) values ($1, '12 St James''s Square', now())", [SMALL_SHOP.ada]);
    await slice.owner.raw("insert into orders.orders (number, user_id, state, currency, placed_at, total_units, exponent, source) values ('42', $1, 'DELIVERED', 'GBP', now(), 450, 2, 'API'), ('43', $2, 'DELIVERED', 'GBP', now(), 450, 2, 'API')", [SMALL_SHOP.ada, SMALL_SHOP.bob]);
    await slice.owner.raw("insert into events.behaviour_events (session_id, user_id, type, search_text, occurred_at) values (gen_random_uuid(), $1, 'SEARCH', 'lanterns', now())", [SMALL_SHOP.ada]);
    await slice.owner.raw("update users.users set password_hash = 'a hash' where id = $1", [SMALL_SHOP.ada]);
    expect(await ask()).toMatchObject({ __typename: "DataExportRequestSuccess", dataExport: { state: "PENDING", requestedAt: NOW.wall.toISOString(), bytes: null } });
    await isReady();
    const { rows } = await slice.owner.raw<{ object_key: string; sha256: string; bytes: bigint }>("select object_key, sha256, bytes from users.data_exports");
    const text = (await readAll((await objects.get(rows[0]?.object_key ?? ""))?.body as never, 1_000_000)).toString();
    const document = JSON.parse(text);
    expect(document).toMatchObject({
      format: "martgraph.person/1", writtenAt: NOW.wall.toISOString(),
      person: { account: { email: "ada@example.test" }, addresses: [{ line1: "12 St James's Square" }], consents: [], sessions: [] },
      shop: { orders: [{ number: "42", lines: [], contact: null }], carts: [] }, visits: { visits: [{ search_text: "lanterns" }] },
    });
    expect(document.shop.orders).toHaveLength(1);
    for (const secret of ["a hash", "password", "secret", "bob@example.test"]) expect(text).not.toContain(secret);
    expect(rows[0]?.bytes).toBe(BigInt(Buffer.byteLength(text)));
    const { rows: told } = await slice.owner.raw("select payload from platform.outbox where type = 'DataExportReady'");
    expect(told).toEqual([{ payload: { userId: SMALL_SHOP.ada, exportId: expect.any(String) } }]);
  });

  test("DataExportRequestSuccess: while one is being written, that is the answer", async () => {
    await slice.owner.raw("insert into users.data_exports (user_id, requested_at, lease_until) values ($1, $2, now() + interval '1 minute')", [SMALL_SHOP.ada, NOW.wall]);
    const answers = await Promise.all(Array.from({ length: 5 }, () => ask()));
    expect(new Set(answers.map((answer) => answer.dataExport.id)).size).toBe(1);
    expect(await mine()).toMatchObject([{ state: "PENDING" }]);
  });

  test("TooManyExports: three within a day", async () => {
    await slice.owner.raw("insert into users.data_exports (user_id, state, requested_at) select $1, 'EXPIRED', $2::timestamptz - n * interval '1 hour' from generate_series(1, 3) n", [SMALL_SHOP.ada, NOW.wall]);
    expect(await ask()).toMatchObject({ __typename: "TooManyExports", code: "TOO_MANY_EXPORTS", retryAfterSeconds: 21 * 3600 });
  });

  test("StepUpRequired: a proof that is too old, or none", async () => {
    for (const viewer of [person(SMALL_SHOP.ada), { ...person(SMALL_SHOP.ada), authenticatedAt: now - 301 }]) expect(await ask(viewer)).toMatchObject({ __typename: "StepUpRequired", maxAgeSeconds: 300 });
    expect(await slice.owner.raw("select from users.data_exports")).toMatchObject({ rowCount: 0 });
  });

  test("nobody else sees that there are copies", async () => {
    await ask();
    const { data, errors } = await slice.graph.as(fresh(SMALL_SHOP.root, "ADMIN")).run("query ($id: ID!) { user(id: $id) { dataExports { id } } }", { id: encodeId("usr", SMALL_SHOP.ada) });
    expect(data["user"]).toEqual({ dataExports: null });
    expect(errors?.[0]?.extensions).toMatchObject({ code: "FORBIDDEN" });
    await isReady();
  });
});

describe("the link in the mail", () => {
  const SERVICE: Viewer = { userId: null, roles: ["SERVICE"], vendorIds: [] };
  const mint = async (event: string = randomUUID()) => {
    const token = randomBytes(32).toString("base64url");
    const { rows } = await slice.owner.raw<{ email: string }>("select m.email from users.data_exports e cross join users.open_export_mail(e.id, $1, $2) m", [event, createHash("sha256").update(token).digest()]);
    return rows[0] && { token, email: rows[0].email };
  };
  const open = async (token: string, viewer = SERVICE) => (await slice.graph.as(viewer).run(OPEN, { token })).data["dataExportOpen"];

  test("works once, and only the last one; the database keeps no link", async () => {
    await ask();
    await isReady();
    const first = (await mint())?.token ?? "";
    const second = await mint();
    expect(second).toMatchObject({ email: "ada@example.test", token: expect.stringMatching(/^[A-Za-z0-9_-]{43}$/) });
    expect(JSON.stringify((await slice.owner.raw("select e::text from users.data_exports e")).rows)).not.toContain(second?.token);
    expect(await open(first)).toBeNull();
    const both = await Promise.all([open(second?.token ?? ""), open(second?.token ?? "")]);
    expect(both.filter(Boolean)).toEqual([{ objectKey: expect.stringMatching(/^exports\/[0-9a-f-]{36}\.json$/), fileName: "my-data-2026-03-01.json" }]);
    expect((await mine())[0]).toMatchObject({ downloadedAt: expect.any(String) });
  });

  test("stays good when the event of a mail that has gone out is told again", async () => {
    await ask();
    await isReady();
    const event = randomUUID();
    const token = (await mint(event))?.token ?? "";
    await slice.owner.raw("insert into platform.mails (event_id, message, sent_at) values ($1, 'dataExport', now())", [event]);
    expect(await mint(event)).toBeUndefined();
    expect(await open(token)).not.toBeNull();
  });

  test("is nothing after its time, for others than the gateway, or as another text", async () => {
    await ask();
    await isReady();
    const token = (await mint())?.token ?? "";
    await slice.owner.raw("update users.data_exports set token_expires_at = now() - interval '1 second'");
    for (const wrong of [token, "", "x", `${token}x`, "'; --", "a\u0000", "x".repeat(5_000)]) expect(await open(wrong)).toBeNull();
    const { errors } = await slice.graph.as(fresh(SMALL_SHOP.root, "ADMIN")).run(OPEN, { token });
    expect(errors?.[0]?.extensions).toMatchObject({ code: "FORBIDDEN" });
  });

  test("a copy whose time is over is deleted from the store", async () => {
    await ask();
    await isReady();
    const { rows } = await slice.owner.raw<{ object_key: string }>("update users.data_exports set expires_at = now() - interval '1 second' returning object_key");
    expect(await objects.head(rows[0]?.object_key ?? "")).toBeDefined();
    await ask();
    await vi.waitFor(async () => expect(await objects.head(rows[0]?.object_key ?? "")).toBeUndefined(), { timeout: 5_000 });
  });
});

describe("userErase", () => {
  test("UserEraseSuccess: oneself, once and for all; the world is told by id alone, and the same key gets the same answer", async () => {
    const id = await newPerson();
    const input = { idempotencyKey: "gone" };
    expect(await erase(fresh(id), input)).toEqual({ __typename: "UserEraseSuccess", erasedAt: NOW.business.toISOString() });
    expect(await erase(fresh(id), input)).toEqual({ __typename: "UserEraseSuccess", erasedAt: NOW.business.toISOString() });
    expect((await slice.graph.as(fresh(id)).run("{ me { id } }")).data).toEqual({ me: null });
    const { rows } = await slice.owner.raw("select type, payload from platform.outbox where aggregate_id = $1", [id]);
    expect(rows).toEqual([{ type: "UserErased", payload: { userId: id } }]);
    expect((await slice.owner.raw("select from platform.audit_log where action = 'userErase'")).rowCount).toBe(0);
  });

  test("UserEraseSuccess: by who may erase people; the log names the erasure and not the person", async () => {
    const id = await newPerson("{SUPPORT}");
    expect(await erase(fresh(SMALL_SHOP.root, "ADMIN"), { id: encodeId("usr", id) })).toMatchObject({ __typename: "UserEraseSuccess" });
    const { rows } = await slice.owner.raw("select a.target_kind, a.actor_id, e.user_hash = users.erasure_hash($1) as is_theirs from platform.audit_log a join users.erasures e on e.id::text = a.target_id where a.action = 'userErase'", [id]);
    expect(rows).toEqual([{ target_kind: "erasure", actor_id: SMALL_SHOP.root, is_theirs: true }]);
  });

  test("UserEraseSuccess: the copy of their data goes from the store too", async () => {
    const id = await newPerson();
    await ask(fresh(id));
    await vi.waitFor(async () => expect((await mine(fresh(id)))[0].state).toBe("READY"), { timeout: 10_000, interval: 30 });
    const { rows } = await slice.owner.raw<{ object_key: string }>("select object_key from users.data_exports where user_id = $1", [id]);
    await erase(fresh(id));
    await ask();
    await isReady();
    await vi.waitFor(async () => expect(await objects.head(rows[0]?.object_key ?? "")).toBeUndefined(), { timeout: 5_000 });
    await vi.waitFor(async () => expect((await slice.owner.raw("select from users.data_exports where user_id is null")).rowCount).toBe(0), { timeout: 5_000 });
  });

  test("UserNotFound: somebody else for whom one has no right, nobody, an id of another kind; the same answer for all", async () => {
    const ids = [encodeId("usr", SMALL_SHOP.ada), encodeId("usr", SMALL_SHOP.vendor), encodeId("adr", SMALL_SHOP.ada), "usr_\u0000", "'; --", ""];
    const answers = await Promise.all(ids.map((id) => erase(fresh(SMALL_SHOP.bob), { id })));
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(answers[0]).toMatchObject({ __typename: "UserNotFound", path: ["input", "id"] });
    expect(await erase(fresh(SMALL_SHOP.root, "ADMIN"), { id: encodeId("usr", SMALL_SHOP.vendor) })).toMatchObject({ __typename: "UserNotFound" });
    expect((await slice.owner.raw("select from users.users where id = $1 and status = 'ACTIVE'", [SMALL_SHOP.ada])).rowCount).toBe(1);
  });

  test("PermissionNotHeld: who has the right by a group erases nobody with more rights than their own", async () => {
    const viewer: Viewer = { ...fresh(SMALL_SHOP.sam, "CUSTOMER"), permissions: ["users.erase"] };
    expect(await erase(viewer, { id: encodeId("usr", SMALL_SHOP.root) })).toMatchObject({ __typename: "PermissionNotHeld" });
  });

  test("LastAdmin: the shop is not left without anybody", async () => {
    expect(await erase(fresh(SMALL_SHOP.root, "ADMIN"))).toMatchObject({ __typename: "LastAdmin", code: "LAST_ADMIN" });
  });

  test("ErasureMustWait: goods that have to be sent, money that is being taken, a return that is open", async () => {
    const id = await newPerson();
    const order = (state: string) => slice.owner.raw<{ id: string }>("insert into orders.orders (number, user_id, state, currency, placed_at, total_units, exponent, source) values (gen_random_uuid()::text, $1, $2, 'GBP', now(), 450, 2, 'API') returning id", [id, state]).then(({ rows }) => rows[0]?.id ?? "");
    const paid = await order("PAID");
    const delivered = await order("DELIVERED");
    const { rows: [open] } = await slice.owner.raw<{ id: string }>("insert into orders.returns (order_id, number, state, requested_by, requested_at) values ($1, 'x', 'REQUESTED', 'guest', now()) returning id", [delivered]);
    expect(await erase(fresh(id))).toMatchObject({ __typename: "ErasureMustWait", code: "ERASURE_MUST_WAIT", obstacles: [{ kind: "ORDER", id: encodeId("ord", paid) }, { kind: "RETURN", id: encodeId("ret", open?.id ?? "") }] });
    await slice.owner.raw("update orders.orders set state = 'CANCELLED' where id = $1", [paid]);
    await slice.owner.raw("update orders.returns set state = 'REJECTED', resolved_at = now() where order_id = $1", [delivered]);
    expect(await erase(fresh(id))).toMatchObject({ __typename: "UserEraseSuccess" });
  });

  test("StepUpRequired: for oneself and for others", async () => {
    expect(await erase(person(SMALL_SHOP.ada))).toMatchObject({ __typename: "StepUpRequired" });
    expect(await erase(person(SMALL_SHOP.root, "ADMIN"), { id: encodeId("usr", SMALL_SHOP.ada) })).toMatchObject({ __typename: "StepUpRequired" });
  });

  test.each(["", "a b", "é", "x".repeat(201)])("InvalidIdempotencyKey: %j", async (idempotencyKey) => {
    expect(await erase(fresh(SMALL_SHOP.ada), { idempotencyKey })).toMatchObject({ __typename: "InvalidIdempotencyKey" });
  });

  test("IdempotencyConflict: the key belongs to the erasure of somebody else", async () => {
    const [one, two] = [await newPerson(), await newPerson()];
    const root = fresh(SMALL_SHOP.root, "ADMIN");
    await erase(root, { id: encodeId("usr", one), idempotencyKey: "one" });
    expect(await erase(root, { id: encodeId("usr", two), idempotencyKey: "one" })).toMatchObject({ __typename: "IdempotencyConflict" });
  });

  test("RequestInProgress: a call with the key is at work", async () => {
    const id = await newPerson();
    const hash = createHash("sha256").update(JSON.stringify({ userId: id })).digest("base64url");
    await slice.owner.raw("insert into users.idempotency_keys (actor, operation, key, request_hash, state, lease_until) values ($1, 'userErase', 'busy', $2, 'RUNNING', now() + interval '1 minute')", [`user:${SMALL_SHOP.root}`, hash]);
    expect(await erase(fresh(SMALL_SHOP.root, "ADMIN"), { id: encodeId("usr", id), idempotencyKey: "busy" })).toMatchObject({ __typename: "RequestInProgress" });
  });

  test("two at once erase once", async () => {
    const id = await newPerson();
    const answers = await Promise.all(Array.from({ length: 4 }, (_, index) => erase(fresh(SMALL_SHOP.root, "ADMIN"), { id: encodeId("usr", id), idempotencyKey: `race-${index}` })));
    expect(answers.filter((answer) => answer.__typename === "UserEraseSuccess")).toHaveLength(1);
    expect(answers.filter((answer) => answer.__typename === "UserNotFound")).toHaveLength(3);
  });
});

test("a copy names the identity providers that one logs in by", async () => {
  await slice.owner.raw("insert into users.identities (user_id, issuer, subject, provider, email, created_at, last_used_at) values ($1, 'https://id.example', 'ada-1', 'blue', 'ada@id.example', now(), now())", [SMALL_SHOP.ada]);
  const { rows } = await slice.owner.raw<{ copy: { identities: object[] } }>("select users.export_person($1) as copy", [SMALL_SHOP.ada]);
  expect(rows[0]?.copy.identities).toMatchObject([{ provider: "blue", subject: "ada-1", email: "ada@id.example" }]);
});

import { exportJWK, generateKeyPair, jwtVerify } from "jose";
import { beforeAll, describe, expect, test } from "vitest";
import { ACCESS_TOKEN, viewerFromClaims } from "#kit/claims.ts";
import { person } from "#kit/testing/graphOf.ts";
import { useSlice } from "#kit/testing/sliceTest.ts";
import { SMALL_SHOP } from "#kit/testing/smallShop.ts";
import { NOW } from "#kit/testing/testClocks.ts";
import { encodeId } from "#schema/values/ids.ts";
import { createPasswordHasher } from "../ports/passwordHash.ts";
import { createUsersSubgraph } from "../subgraph.ts";

const keys = await generateKeyPair(ACCESS_TOKEN.algorithm, { extractable: true });
const tokenKey = { privateJwk: await exportJWK(keys.privateKey) };
const slice = useSlice("martgraph_users", (deps) => createUsersSubgraph({ ...deps, tokenKey, dataKey: "0".repeat(43) }));

const REGISTER = `mutation ($input: RegisterInput!) { register(input: $input) { __typename
  ... on TokenPair { accessToken expiresAt user { id email displayName roles countryCode createdAt } }
  ... on UserError { code message path } ... on RateLimited { retryAfterSeconds } } }`;
const LOGIN = `mutation ($input: LoginInput!) { login(input: $input) { __typename ... on TokenPair { accessToken expiresAt } ... on UserError { code message path } ... on RateLimited { retryAfterSeconds } } }`;

const account = { email: "New.Person@Example.test ", password: "correct horse battery", displayName: "New Person", countryCode: "FR" };
const register = async (input: Record<string, unknown>) => (await slice.graph.run(REGISTER, { input: { ...account, ...input } })).data["register"];
const login = async (email: string, password: string) => (await slice.graph.run(LOGIN, { input: { email, password } })).data["login"];
const claimsOf = async (token: string) => (await jwtVerify(token, keys.publicKey, { typ: ACCESS_TOKEN.typ, issuer: ACCESS_TOKEN.issuer, audience: ACCESS_TOKEN.audience, currentDate: NOW.wall })).payload;

beforeAll(async () => {
  const hash = await createPasswordHasher().hash("vera's own password");
  await slice.owner.raw("update users.users set password_hash = $1 where id = any($2)", [hash, [SMALL_SHOP.vera, SMALL_SHOP.bob]]);
  await slice.owner.raw("update users.users set status = 'DISABLED' where id = $1", [SMALL_SHOP.bob]);
});

describe("register", () => {
  test("TokenPair: opens the account at business time, tells of it, and the token speaks of the person", async () => {
    const answer = await register({});
    expect(answer).toMatchObject({
      __typename: "TokenPair",
      expiresAt: new Date(NOW.wall.getTime() + 900_000).toISOString(),
      user: { email: "new.person@example.test", displayName: "New Person", roles: ["CUSTOMER"], countryCode: "FR", createdAt: NOW.business.toISOString() },
    });
    const viewer = viewerFromClaims(await claimsOf(answer.accessToken));
    expect(viewer).toMatchObject({ roles: ["CUSTOMER"], vendorIds: [] });
    expect(encodeId("usr", viewer?.userId ?? "")).toBe(answer.user.id);
    const { rows } = await slice.owner.raw("select type, payload from platform.outbox where aggregate_id = $1 order by position", [viewer?.userId]);
    expect(rows).toEqual([
      { type: "UserRegistered", payload: { userId: viewer?.userId, countryCode: "FR" } },
      { type: "EmailVerificationWanted", payload: { userId: viewer?.userId, requestId: expect.any(String) } },
    ]);
    expect(await login("NEW.PERSON@example.test", account.password)).toMatchObject({ __typename: "TokenPair" });
  });

  test("TokenPair: address and password are enough", async () => {
    expect(await register({ email: "nameless@example.test", displayName: null, countryCode: null })).toMatchObject({ __typename: "TokenPair", user: { displayName: null, countryCode: null } });
  });

  test("TokenPair: a new account whoever has the address, also for two at once", async () => {
    const ada = await register({ email: "ADA@example.test" });
    expect(ada).toMatchObject({ __typename: "TokenPair", user: { email: "ada@example.test", displayName: account.displayName } });
    expect(ada.user.id).not.toBe(encodeId("usr", SMALL_SHOP.ada));
    const both = await Promise.all([register({ email: "twin@example.test" }), register({ email: "twin@example.test" })]);
    expect(new Set(both.map((answer) => answer.user.id)).size).toBe(2);
  });

  test.each(["", "nobody", "a@b", "a b@c.test", "a@b..test", "a@-b.test", `${"x".repeat(65)}@example.test`, "évé@example.test", "a@example.test\0"])(
    "InvalidEmail: %j", async (email) => expect(await register({ email })).toMatchObject({ __typename: "InvalidEmail", path: ["input", "email"] }));

  test.each(["", "seven77", "x".repeat(129), "password1", "AAAAAAAA", "abcdefgh", "87654321", "weak@example.test"])(
    "WeakPassword: %j", async (password) => expect(await register({ email: "weak@example.test", password })).toMatchObject({ __typename: "WeakPassword", path: ["input", "password"] }));

  test.each(["", "   ", "x".repeat(101), "bell\u0007"])(
    "InvalidDisplayName: %j", async (displayName) => expect(await register({ email: "named@example.test", displayName })).toMatchObject({ __typename: "InvalidDisplayName" }));

  test("an unknown form of country is refused before anything happens", async () => {
    const { errors } = await slice.graph.run(REGISTER, { input: { ...account, countryCode: "gb" } });
    expect(errors?.[0]?.extensions).toMatchObject({ code: "BAD_USER_INPUT" });
  });
});

describe("login", () => {
  test("TokenPair: carries roles and vendors", async () => {
    const answer = await login("vera@example.test", "vera's own password");
    expect(viewerFromClaims(await claimsOf(answer.accessToken))).toEqual({
      userId: SMALL_SHOP.vera, roles: ["VENDOR"], vendorIds: [SMALL_SHOP.vendor], sessionId: expect.any(String), authenticatedAt: NOW.wall.getTime() / 1000, methods: ["pwd"],
    });
  });

  test("InvalidCredentials: the same answer for a wrong password, an unknown address, no password, a disabled account and no address", async () => {
    const answers = [
      await login("vera@example.test", "vera's other password"),
      await login("nobody@example.test", "vera's own password"),
      await login("ada@example.test", ""),
      await login("bob@example.test", "vera's own password"),
      await login("not an address", "x"),
      await login("vera@example.test", "x".repeat(100_000)),
    ];
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(answers[0]).toMatchObject({ __typename: "InvalidCredentials", code: "INVALID_CREDENTIALS" });
  });

  test("an unknown address takes as long as a wrong password", async () => {
    const timeOf = async (email: string) => {
      const times: number[] = [];
      for (let round = 0; round < 5; round += 1) {
        const start = performance.now();
        await login(email.replace("#", String(round)), "some wrong password");
        times.push(performance.now() - start);
      }
      return Math.min(...times);
    };
    // A hash takes some 30 ms, everything else 2: with no hash the ratio would be ten.
    const known = await timeOf("vera@example.test");
    const unknown = await timeOf("nobody#@example.test");
    expect(unknown).toBeGreaterThan(known / 3);
  });

  test("RateLimited: after ten wrong passwords, also at once, for this account alone; right ones do not count", async () => {
    for (let round = 0; round < 12; round += 1) expect((await login("new.person@example.test", account.password)).__typename).toBe("TokenPair");
    const answers = await Promise.all(Array.from({ length: 14 }, () => login("root@example.test", "guess")));
    const limited = answers.filter((answer) => answer.__typename === "RateLimited");
    expect(limited).toHaveLength(4);
    expect(limited[0]).toMatchObject({ code: "RATE_LIMITED", retryAfterSeconds: expect.any(Number) });
    expect((await login("vera@example.test", "vera's own password")).__typename).toBe("TokenPair");
  });
});

describe("me and user", () => {
  const USER = "query ($id: ID!) { me { id email vendors { slug name } } user(id: $id) { id email displayName roles } }";
  const ada = encodeId("usr", SMALL_SHOP.ada);

  test("a guest has no me and sees nobody", async () => {
    expect((await slice.graph.run(USER, { id: ada })).data).toEqual({ me: null, user: null });
  });

  test("a person sees themselves and nobody else", async () => {
    expect((await slice.graph.as(person(SMALL_SHOP.ada)).run(USER, { id: ada })).data).toMatchObject({ me: { id: ada, email: "ada@example.test", vendors: [] }, user: { id: ada } });
    expect((await slice.graph.as(person(SMALL_SHOP.vera, "VENDOR")).run(USER, { id: ada })).data).toMatchObject({ me: { vendors: [{ slug: "lantern-house" }] }, user: null });
    expect((await slice.graph.as(person(SMALL_SHOP.bob)).run(USER, { id: ada })).data).toEqual({ me: null, user: null });
  });

  test("SUPPORT and ADMIN see anyone; ANALYST without personal data", async () => {
    for (const role of ["SUPPORT", "ADMIN"] as const) {
      expect((await slice.graph.as(person(SMALL_SHOP.sam, role)).run(USER, { id: ada })).data["user"]).toMatchObject({ email: "ada@example.test" });
    }
    const { data, errors } = await slice.graph.as(person(SMALL_SHOP.sam, "ANALYST")).run(USER, { id: ada });
    expect(data["user"]).toEqual({ id: ada, email: null, displayName: null, roles: ["CUSTOMER"] });
    expect(errors?.map((error) => error.extensions?.["code"])).toEqual(["FORBIDDEN", "FORBIDDEN"]);
  });

  test("_entities keeps to the same rules, in one statement for all", async () => {
    const refs = [SMALL_SHOP.bob, SMALL_SHOP.ada, SMALL_SHOP.vera].map((id) => ({ __typename: "User", id: encodeId("usr", id) }));
    const ENTITIES = "query ($refs: [_Any!]!) { _entities(representations: $refs) { ... on User { email } } }";
    const own = await slice.graph.as(person(SMALL_SHOP.ada)).run(ENTITIES, { refs });
    expect(own.data["_entities"]).toEqual([null, { email: "ada@example.test" }, null]);
    const all = await slice.graph.as(person(SMALL_SHOP.sam, "SUPPORT")).run(ENTITIES, { refs });
    expect(all.data["_entities"]).toHaveLength(3);
    expect(all.statements).toEqual(["users.usersByIds"]);
  });

  test("unknown ids, ids of another kind and no ids are null", async () => {
    for (const id of [encodeId("usr", SMALL_SHOP.vendor), encodeId("prd", SMALL_SHOP.ada), "1", ""]) {
      expect((await slice.graph.as(person(SMALL_SHOP.sam, "ADMIN")).run(USER, { id })).data["user"]).toBeNull();
    }
  });
});

import { generateSync } from "otplib";
import { describe, expect, test } from "vitest";
import { person } from "#kit/testing/graphOf.ts";
import { SMALL_SHOP } from "#kit/testing/smallShop.ts";
import { encodeId } from "#schema/values/ids.ts";
import { CALLBACK, fresh, FRONTEND, INVALID, LINK, REFUSED, UNLINK, useIdentitySlice } from "./identitySlice.ts";

const { slice, blue, red, accounts, run, start, startFrom, goAndComeBack, complete, login, viewerOf, countOf } = await useIdentitySlice();

describe("identityProviders and identityLoginStart", () => {
  test("the providers are shown by name and label, and nothing else of them", async () => {
    expect((await slice.graph.run("{ identityProviders { name label } }")).data).toEqual({ identityProviders: [{ name: "blue", label: "The blue" }, { name: "red", label: "The red" }] });
  });

  test("IdentityLoginStarted: PKCE by S256, state, nonce and the shop's own page; the table has none of them", async () => {
    const begun = await start();
    const url = new URL(begun["authorizationUrl"] as string);
    expect(url.origin).toBe(blue.settings.issuer);
    const sent = Object.fromEntries(url.searchParams);
    expect(sent).toMatchObject({ response_type: "code", client_id: "shop-blue", redirect_uri: `${CALLBACK}blue`, scope: "openid email profile", code_challenge_method: "S256", state: begun["state"] });
    const { rows } = await slice.owner.raw("select row_to_json(f)::text as text from users.identity_flows f");
    const stored = JSON.stringify(rows);
    for (const secret of [begun["state"], begun["secret"], sent["nonce"], sent["code_challenge"]]) {
      expect(secret).toMatch(/^[\w-]{43}$/);
      expect(stored).not.toContain(secret);
      expect(stored).not.toContain(Buffer.from(secret as string, "base64url").toString("hex"));
    }
    const again = new URL((await start({ reauthenticate: true }))["authorizationUrl"] as string);
    expect(again.searchParams.get("prompt")).toBe("login");
    expect(again.searchParams.get("max_age")).toBe("0");
    expect(again.searchParams.get("nonce")).not.toBe(sent["nonce"]);
  });

  test.each(["", "green", "BLUE", "__proto__", "blue\0", "../blue"])("UnknownIdentityProvider: %j", async (provider) => {
    expect(await start({ provider })).toMatchObject({ __typename: "UnknownIdentityProvider", path: ["input", "provider"] });
  });

  test.each(["https://evil.example/", `${CALLBACK}red`, `${CALLBACK}blue/../x`, `${FRONTEND}/more`, `${FRONTEND}?x=1`, "javascript:alert(1)", ""])("InvalidValue: nobody is sent to %j", async (redirectUri) => {
    expect(await start({ redirectUri })).toMatchObject({ __typename: "InvalidValue", path: ["input", "redirectUri"] });
  });

  test("InvalidValue, StepUpRequired: linking is for who is logged in, and freshly so", async () => {
    expect(await start({ link: true })).toMatchObject({ __typename: "InvalidValue", path: ["input", "link"] });
    expect(await start({ link: true }, person(SMALL_SHOP.ada))).toMatchObject({ __typename: "StepUpRequired" });
    expect(await start({ link: true }, fresh(SMALL_SHOP.ada))).toMatchObject({ __typename: "IdentityLoginStarted" });
  });

  test("EmailNotVerified: linking is neither begun nor ended by an account whose address may be another's", async () => {
    const begun = await goAndComeBack("ann", { input: { link: true }, viewer: fresh(SMALL_SHOP.bob) });
    await slice.owner.raw("update users.users set email_verified_at = null where id = $1", [SMALL_SHOP.bob]);
    const refused = { __typename: "EmailNotVerified", code: "EMAIL_NOT_VERIFIED", message: expect.stringContaining("emailVerificationRequest") };
    expect(await start({ link: true }, fresh(SMALL_SHOP.bob))).toMatchObject(refused);
    expect(await run(fresh(SMALL_SHOP.bob), LINK, { input: begun })).toMatchObject(refused);
    expect(await countOf("identities")).toBe(0);
    await slice.owner.raw("update users.users set email_verified_at = now() where id = $1", [SMALL_SHOP.bob]);
  });
});

describe("identityLoginComplete", () => {
  test("TokenPair: a new person gets an account with the address that the provider vouches for; later logins are the same account", async () => {
    const first = await login("ann");
    expect(first).toMatchObject({ __typename: "TokenPair", session: { methods: ["ext"] }, user: { email: "ann@provider.test", displayName: "Ann of Blue", roles: ["CUSTOMER"], identities: [{ provider: "blue", issuer: blue.settings.issuer, email: "ann@provider.test" }] } });
    expect(await viewerOf(first)).toMatchObject({ roles: ["CUSTOMER"], methods: ["ext"], sessionId: expect.any(String) });
    const before = await countOf("users");
    accounts.set("ann", { email: "moved@provider.test", email_verified: true, name: "Other" });
    const second = await login("ann");
    // The account's own address stays; the identity's is what the provider says today.
    expect(second["user"]).toMatchObject({ id: first["user"].id, email: "ann@provider.test", identities: [{ email: "moved@provider.test" }] });
    expect(await countOf("users")).toBe(before);
  });

  test("TokenPair: by a page of a frontend that was allowed", async () => {
    expect((await complete(await goAndComeBack("ann", { input: { redirectUri: FRONTEND } })))["__typename"]).toBe("TokenPair");
  });

  test("the same `sub` at another issuer is another person", async () => {
    const there = await login("ann", red);
    expect(there["__typename"]).toBe("TokenPair");
    expect(there["user"].id).not.toBe((await login("ann"))["user"].id);
  });

  test("an address never leads to an account: who says ada's is not ada, whoever vouches for it", async () => {
    await slice.owner.raw("update users.users set email_verified_at = now() where id = $1", [SMALL_SHOP.ada]);
    accounts.set("mallory", { email: "ada@example.test", email_verified: true });
    const { user } = await login("mallory");
    expect(user.id).not.toBe(encodeId("usr", SMALL_SHOP.ada));
    expect(user).toMatchObject({ email: null, identities: [{ email: "ada@example.test" }] });
    expect((await slice.owner.raw("select password_hash, email_verified_at from users.users where id = (select user_id from users.identities where subject = 'mallory')")).rows).toEqual([{ password_hash: null, email_verified_at: null }]);
  });

  test.each([
    ["unverified", { email: "carl@provider.test", email_verified: false, name: "Carl" }, { email: null, displayName: "Carl" }],
    ["silent", { name: "\u0007bell" }, { email: null, displayName: null }],
    ["none", { email: "no address", email_verified: true, name: "x".repeat(101) }, { email: null, displayName: null }],
    ["null in it", { email: "a\0b@provider.test", email_verified: true, name: "a\0b" }, { email: null, displayName: null }],
  ] as const)("an address that nobody vouches for is not taken over: %s", async (account, claims, user) => {
    accounts.set(account, claims);
    expect((await login(account))["user"]).toMatchObject(user);
  });

  test("two browsers of a new person at the same moment open one account", async () => {
    accounts.set("twin", { email: "twin@provider.test", email_verified: true });
    const backs = await Promise.all(Array.from({ length: 4 }, () => goAndComeBack("twin")));
    const before = await countOf("users");
    const answers = await Promise.all(backs.map(complete));
    expect(new Set(answers.map((answer) => answer["user"]?.id)).size).toBe(1);
    expect(await countOf("users")).toBe(before + 1);
  });

  test("MfaRequired: a second factor is asked for whoever vouches for the first", async () => {
    const viewer = await viewerOf(await login("second"));
    const { secret } = await run(viewer, "mutation { answer: mfaEnroll { ... on MfaEnrolment { secret } } }");
    await run(viewer, "mutation ($code: String!) { answer: mfaConfirm(input: { code: $code }) { __typename } }", { code: generateSync({ secret: secret as string }) });
    expect(await login("second")).toMatchObject({ __typename: "MfaRequired", methods: ["TOTP", "RECOVERY_CODE"] });
  });

  test("IdentityRefused: a disabled account", async () => {
    const { user } = await login("disabled");
    await slice.owner.raw("update users.users set status = 'DISABLED' where id = $1", [(user.id as string).replace("usr_", "")]);
    expect(await login("disabled")).toMatchObject(REFUSED);
  });

  test("the session is as old as the provider's word: a login of an hour ago is no fresh proof", async () => {
    blue.forge = (claims, sign) => sign({ ...claims, auth_time: Math.floor(Date.now() / 1000) - 3600 });
    const { accessToken } = await login("ann");
    blue.forge = undefined;
    const viewer = await viewerOf({ accessToken });
    expect(viewer.authenticatedAt).toBeLessThanOrEqual(Math.floor(Date.now() / 1000) - 3600);
    expect(await run(viewer, UNLINK, { id: "idn_x" })).toMatchObject({ __typename: "StepUpRequired" });
  });
});

describe("identityLink and identityUnlink", () => {
  const linkTo = async (userId: string, account: string, provider = blue) => run(fresh(userId), LINK, { input: await goAndComeBack(account, { provider, input: { link: true }, viewer: fresh(userId) }) });
  const passwordFor = (userId: string) => slice.owner.raw("update users.users set password_hash = 'x' where id = $1", [userId]);

  test("IdentityLinked: the next login by it is that account, and linking it twice is once", async () => {
    accounts.set("bob", { email: "other@provider.test", email_verified: true });
    const linked = await linkTo(SMALL_SHOP.bob, "bob");
    expect(linked).toMatchObject({ __typename: "IdentityLinked", identity: { provider: "blue", email: "other@provider.test" } });
    expect((await login("bob"))["user"]).toMatchObject({ id: encodeId("usr", SMALL_SHOP.bob), email: "bob@example.test" });
    expect((await linkTo(SMALL_SHOP.bob, "bob"))["identity"].id).toBe(linked["identity"].id);
    expect((await slice.owner.raw("select type, payload from platform.outbox where aggregate_id = $1", [SMALL_SHOP.bob])).rows).toEqual([{ type: "IdentityLinked", payload: { userId: SMALL_SHOP.bob, provider: "blue" } }]);
  });

  test("IdentityTaken: the identity of another account stays there", async () => {
    const { user } = await login("taken");
    expect(await linkTo(SMALL_SHOP.bob, "taken")).toMatchObject({ __typename: "IdentityTaken", code: "IDENTITY_TAKEN" });
    expect((await login("taken"))["user"].id).toBe(user.id);
  });

  test("InvalidIdentityLogin: a login is no link, a link no login, and another's link is not mine", async () => {
    expect(await run(fresh(SMALL_SHOP.bob), LINK, { input: await goAndComeBack("mallory") })).toMatchObject(INVALID);
    const back = await goAndComeBack("mallory", { input: { link: true }, viewer: fresh(SMALL_SHOP.bob) });
    expect(await complete(back)).toMatchObject(INVALID);
    expect(await run(fresh(SMALL_SHOP.vera), LINK, { input: back })).toMatchObject(INVALID);
  });

  test("IdentityRefused and IdentityProviderUnavailable: as with a login", async () => {
    const back = await goAndComeBack("more", { input: { link: true }, viewer: fresh(SMALL_SHOP.bob) });
    expect(await run(fresh(SMALL_SHOP.bob), LINK, { input: { ...back, code: "wrong" } })).toMatchObject(REFUSED);
    const late = await goAndComeBack("more", { input: { link: true }, viewer: fresh(SMALL_SHOP.bob) });
    blue.isAway = true;
    expect(await run(fresh(SMALL_SHOP.bob), LINK, { input: late }).finally(() => { blue.isAway = false; })).toMatchObject({ __typename: "IdentityProviderUnavailable" });
  });

  test("TooManyIdentities: twenty are enough", async () => {
    await slice.owner.raw("insert into users.identities (user_id, issuer, subject, provider, created_at, last_used_at) select $1, 'https://x.example', n::text, 'blue', now(), now() from generate_series(1, 20) n", [SMALL_SHOP.vera]);
    expect(await linkTo(SMALL_SHOP.vera, "one more")).toMatchObject({ __typename: "TooManyIdentities" });
  });

  test("IdentityUnlinked, LastWayIn: the last way in stays, also when two go at the same moment", async () => {
    const { user } = await login("leaving");
    const userId = (await slice.owner.raw("select user_id from users.identities where subject = 'leaving'")).rows[0]?.["user_id"] as string;
    const [own] = user.identities as { id: string }[];
    expect(await run(fresh(userId), UNLINK, { id: own?.id })).toMatchObject({ __typename: "LastWayIn", code: "LAST_WAY_IN" });
    const second = await linkTo(userId, "leaving", red);
    const both = await Promise.all([own?.id, second["identity"].id].map((id) => run(fresh(userId), UNLINK, { id })));
    expect(new Set(both.map((answer) => answer["__typename"]))).toEqual(new Set(["IdentityUnlinked", "LastWayIn"]));
    // An account without address has no way in by a password.
    await passwordFor(userId);
    const left = await slice.owner.raw("select id from users.identities where user_id = $1", [userId]);
    const id = encodeId("idn", left.rows[0]?.["id"] as string);
    await slice.owner.raw("update users.users set email = null, email_verified_at = null where id = $1", [userId]);
    expect((await run(fresh(userId), UNLINK, { id }))["__typename"]).toBe("LastWayIn");
    await slice.owner.raw("update users.users set email = 'leaving@example.test' where id = $1", [userId]);
    expect(await run(fresh(userId), UNLINK, { id })).toEqual({ __typename: "IdentityUnlinked", identities: [] });
    // Who comes back by it is somebody new.
    expect((await login("leaving"))["user"].id).not.toBe(user.id);
  });

  test("IdentityNotFound: another's, unknown, of another kind; StepUpRequired: without a fresh proof", async () => {
    const { user } = await login("mine");
    const [mine] = user.identities as { id: string }[];
    for (const id of [mine?.id, encodeId("idn", SMALL_SHOP.bob), encodeId("usr", SMALL_SHOP.bob), "", "idn_", "\0"]) {
      expect(await run(fresh(SMALL_SHOP.bob), UNLINK, { id })).toMatchObject({ __typename: "IdentityNotFound", code: "IDENTITY_NOT_FOUND" });
    }
    expect(await run(person(SMALL_SHOP.bob), UNLINK, { id: mine?.id })).toMatchObject({ __typename: "StepUpRequired" });
  });

  test("a guest links and takes away nothing; identities are seen by their person and by who may see people's data", async () => {
    for (const [source, variables] of [[LINK, { input: { state: "x", code: "x", secret: "x" } }], [UNLINK, { id: "x" }]] as const) {
      expect((await slice.graph.run(source, variables)).errors?.[0]?.extensions).toMatchObject({ code: "UNAUTHENTICATED" });
    }
    const OF = "query ($id: ID!) { user(id: $id) { identities { provider } } }";
    const id = encodeId("usr", SMALL_SHOP.bob);
    expect((await slice.graph.as(person(SMALL_SHOP.bob)).run(OF, { id })).data["user"]).toEqual({ identities: [{ provider: "blue" }] });
    expect((await slice.graph.as(person(SMALL_SHOP.sam, "SUPPORT")).run(OF, { id })).data["user"]).toEqual({ identities: [{ provider: "blue" }] });
    expect((await slice.graph.as(person(SMALL_SHOP.sam, "ANALYST")).run(OF, { id })).data["user"]).toEqual({ identities: null });
    expect((await slice.graph.as(person(SMALL_SHOP.ada)).run(OF, { id })).data["user"]).toBeNull();
  });

  test("RateLimited: an address that begins many logins has to wait", async () => {
    const answers = await Promise.all(Array.from({ length: 40 }, () => startFrom("192.0.2.1")));
    expect(answers.filter((answer) => answer["__typename"] === "IdentityLoginStarted")).toHaveLength(30);
    expect(answers.at(-1)).toMatchObject({ __typename: "RateLimited" });
    expect(await startFrom("192.0.2.2")).toMatchObject({ __typename: "IdentityLoginStarted" });
  });
});

import { exportJWK, generateKeyPair, SignJWT, UnsecuredJWT } from "jose";
import { describe, expect, test } from "vitest";
import { INVALID, REFUSED, useIdentitySlice } from "./identitySlice.ts";
import type { Forge } from "./testProvider.ts";

const { slice, blue, red, logged, start, goAndComeBack, complete, login, countOf } = await useIdentitySlice();

const hour = 3_600;
const foreign = await generateKeyPair("RS256", { extractable: true });
const FORGERIES: [string, Forge][] = [
  ["another nonce", (claims, sign) => sign({ ...claims, nonce: "another" })],
  ["no nonce", ({ nonce: _, ...claims }, sign) => sign(claims)],
  ["alg none", async (claims) => new UnsecuredJWT(claims).encode()],
  ["alg none in capitals", async (claims) => `${Buffer.from('{"alg":"NONE"}').toString("base64url")}.${Buffer.from(JSON.stringify(claims)).toString("base64url")}.`],
  ["HS256 by the client's secret", async (claims) => new SignJWT(claims).setProtectedHeader({ alg: "HS256", kid: "key-1" }).sign(Buffer.from(blue.settings.clientSecret.padEnd(32, "-")))],
  ["a foreign key under the right name", async (claims) => new SignJWT(claims).setProtectedHeader({ alg: "RS256", kid: "key-1" }).sign(foreign.privateKey)],
  ["a foreign key that is in the token", async (claims) => new SignJWT(claims).setProtectedHeader({ alg: "RS256", kid: "x", jwk: await exportJWK(foreign.publicKey) }).sign(foreign.privateKey)],
  ["an unknown key", (claims, sign) => sign(claims, { kid: "key-2" })],
  ["expired", (claims, sign) => sign({ ...claims, exp: Math.floor(Date.now() / 1000) - hour })],
  ["no expiry", ({ exp: _, ...claims }, sign) => sign(claims)],
  ["not valid yet", (claims, sign) => sign({ ...claims, nbf: Math.floor(Date.now() / 1000) + hour })],
  ["made for another client", (claims, sign) => sign({ ...claims, aud: "shop-red" })],
  ["made for several", (claims, sign) => sign({ ...claims, aud: ["shop-blue", "shop-red"], azp: "shop-red" })],
  ["another authorised party", (claims, sign) => sign({ ...claims, azp: "shop-red" })],
  ["another issuer", (claims, sign) => sign({ ...claims, iss: red.settings.issuer })],
  ["no issuer", ({ iss: _, ...claims }, sign) => sign(claims)],
  ["no subject", ({ sub: _, ...claims }, sign) => sign(claims)],
  ["an empty subject", (claims, sign) => sign({ ...claims, sub: "" })],
  ["a subject that cannot be stored", (claims, sign) => sign({ ...claims, sub: "a\0b", email: "x@provider.test" })],
  ["a subject that is too long", (claims, sign) => sign({ ...claims, sub: "x".repeat(256), email: "x@provider.test" })],
  ["no issuing time", ({ iat: _, ...claims }, sign) => sign(claims)],
  ["no token at all", async () => "x"],
  ["an altered signature", async (claims, sign) => { const token = await sign(claims); const at = token.length - 20; return `${token.slice(0, at)}${token[at] === "A" ? "B" : "A"}${token.slice(at + 1)}`; }],
  ["altered claims", async (claims, sign) => { const [header, , signature] = (await sign(claims)).split("."); return `${header}.${Buffer.from(JSON.stringify({ ...claims, sub: "mallory" })).toString("base64url")}.${signature}`; }],
];

describe("attacks on a login by a provider", () => {
  test("InvalidIdentityLogin: an answer that is brought again, also at the same moment", async () => {
    const back = await goAndComeBack("ann");
    const answers = await Promise.all(Array.from({ length: 5 }, () => complete(back)));
    expect(answers.filter((answer) => answer["__typename"] === "TokenPair")).toHaveLength(1);
    expect(answers.filter((answer) => answer["__typename"] === "InvalidIdentityLogin")).toHaveLength(4);
    expect(await complete(back)).toMatchObject(INVALID);
  });

  test("IdentityRefused: the code of one login in another, and a code that the provider has taken", async () => {
    const one = await goAndComeBack("ann");
    const other = await goAndComeBack("mallory");
    // The verifier and the nonce are the other login's: the provider itself does not take the code.
    expect(await complete({ ...other, code: one.code })).toMatchObject(REFUSED);
    const used = await goAndComeBack("ann");
    expect((await complete(used))["__typename"]).toBe("TokenPair");
    expect(await complete({ ...(await goAndComeBack("ann")), code: used.code })).toMatchObject(REFUSED);
  });

  test("InvalidIdentityLogin: wrong state, wrong secret, another browser's; and the right one still works after", async () => {
    const back = await goAndComeBack("ann");
    const other = await goAndComeBack("mallory");
    for (const wrong of [{ state: other.state }, { secret: other.secret }, { state: "" }, { secret: "" }, { state: "\0" }, { secret: "x".repeat(43) }, { state: `${back.state}=` }, { code: "" }, { code: "x".repeat(4_001) }, { iss: "x".repeat(501) }]) {
      expect(await complete({ ...back, ...wrong }), JSON.stringify(wrong).slice(0, 60)).toMatchObject(INVALID);
    }
    expect((await complete(back))["__typename"]).toBe("TokenPair");
  });

  test("InvalidIdentityLogin: after ten minutes", async () => {
    const back = await goAndComeBack("ann");
    await slice.owner.raw("update users.identity_flows set expires_at = now() where used_at is null");
    expect(await complete(back)).toMatchObject(INVALID);
  });

  test("IdentityRefused: mix-up, an answer that names another issuer or none", async () => {
    for (const iss of [red.settings.issuer, `${blue.settings.issuer}/`, undefined, "https://evil.example"]) {
      const sent = blue.requests.length;
      expect(await complete({ ...(await goAndComeBack("ann")), iss }), String(iss)).toMatchObject(REFUSED);
      // The code was not even shown to the provider.
      expect(blue.requests.slice(sent)).not.toContain("POST /token");
    }
    // A login that was begun at one provider and answered by another.
    const begun = await start({ provider: "red" });
    const there = await goAndComeBack("ann");
    expect(await complete({ state: begun["state"], secret: begun["secret"], code: there.code, iss: there.iss })).toMatchObject(REFUSED);
  });

  test.each(FORGERIES)("IdentityRefused: an id token with %s", async (_name, forge) => {
    const [people, sessions] = [await countOf("users"), await countOf("sessions")];
    const back = await goAndComeBack("ann");
    blue.forge = forge;
    const answer = await complete(back).finally(() => { blue.forge = undefined; });
    expect(answer).toMatchObject(REFUSED);
    expect([await countOf("users"), await countOf("sessions")]).toEqual([people, sessions]);
    // The same person by the provider's own token gets in.
    expect((await login("ann"))["__typename"]).toBe("TokenPair");
  });

  test("IdentityProviderUnavailable: a provider that is away keeps nobody from another one, and is asked anew", async () => {
    const back = await goAndComeBack("ann");
    blue.isAway = true;
    expect(await complete(back)).toMatchObject({ __typename: "IdentityProviderUnavailable" });
    expect((await login("ann", red))["__typename"]).toBe("TokenPair");
    blue.isAway = false;
    expect((await login("ann"))["__typename"]).toBe("TokenPair");
  });

  test("the log of refusals has reasons and no codes, tokens or secrets", () => {
    const text = JSON.stringify(logged);
    expect(text).toContain("was refused");
    expect(text).not.toContain(blue.settings.clientSecret);
    expect(text).not.toMatch(/eyJ[\w-]{10,}/);
  });
});

import { createHmac } from "node:crypto";
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { beforeAll, describe, expect, test } from "vitest";
import type { Clock } from "#platform/clock.ts";
import { authenticator } from "../auth.ts";
import type { Authenticator } from "../auth.ts";
import { ADA, tokenMaker } from "./fixtures/tokens.ts";
import type { TokenMaker } from "./fixtures/tokens.ts";

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");

describe("authentication", () => {
  let tokens: TokenMaker;
  let auth: Authenticator;
  let nowMs = Date.now();
  const clock: Clock = { now: () => new Date(nowMs) };
  beforeAll(async () => {
    tokens = await tokenMaker();
    auth = await authenticator(tokens.publicJwk, clock);
  });

  test("no header is a guest, a valid token its user", async () => {
    expect(await auth.viewerOf(undefined)).toEqual({ userId: null, roles: [], vendorIds: [] });
    const vendor = "01900000-0000-7000-8000-0000000000ff";
    const token = await tokens.token({ claims: { roles: ["VENDOR", "CUSTOMER"], vendorIds: [vendor] } });
    expect(await auth.viewerOf(`Bearer ${token}`)).toEqual({ userId: ADA, roles: ["VENDOR", "CUSTOMER"], vendorIds: [vendor] });
    expect(await auth.viewerOf(`bearer ${token}`)).toBe(await auth.viewerOf(`Bearer ${token}`));
  });

  test("a remembered token ends when it expires", async () => {
    nowMs = Date.now();
    const token = `Bearer ${await tokens.token({ expiresIn: 60 })}`;
    await auth.viewerOf(token);
    nowMs += 59_000;
    await auth.viewerOf(token);
    nowMs += 2_000;
    await expect(auth.viewerOf(token)).rejects.toMatchObject({ status: 401, code: "UNAUTHENTICATED", message: "The access token has expired: log in again." });
    nowMs = Date.now();
  });

  test("forged and foreign tokens are refused, each with 401 and without a reason that helps a forger", async () => {
    const other = await generateKeyPair("EdDSA", { extractable: true });
    const rsa = await generateKeyPair("RS256", { extractable: true });
    const otherJwk = await exportJWK(other.publicKey);
    const now = Math.floor(Date.now() / 1000);
    const payload = { iss: "martgraph", aud: "martgraph", sub: ADA, roles: ["ADMIN"], vendorIds: [], iat: now, exp: now + 600 };
    const good = await tokens.token();
    const [header = "", body = "", signature = ""] = good.split(".");
    const x = tokens.publicJwk.x ?? "";
    const hmacHead = encode({ alg: "HS256", typ: "at+jwt" });
    const hs256 = (secret: string | Buffer): string => `${hmacHead}.${encode(payload)}.${createHmac("sha256", secret).update(`${hmacHead}.${encode(payload)}`).digest("base64url")}`;
    const forged: Record<string, string> = {
      "alg none": `${encode({ alg: "none", typ: "at+jwt" })}.${encode(payload)}.`,
      "alg None with a signature": `${encode({ alg: "None", typ: "at+jwt" })}.${encode(payload)}.${signature}`,
      "HS256 with the public key as secret": hs256(x),
      "HS256 with the public key's bytes": hs256(Buffer.from(x, "base64url")),
      "HS256 with an empty secret": hs256(""),
      "another key": await tokens.token({ key: other.privateKey }),
      "another key brought along as jwk": await tokens.token({ key: other.privateKey, header: { jwk: otherJwk } }),
      "another key behind jku": await tokens.token({ key: other.privateKey, header: { jku: "https://example.com/keys" } }),
      "another key behind x5u": await tokens.token({ key: other.privateKey, header: { x5u: "https://example.com/cert" } }),
      "another key under a kid": await tokens.token({ key: other.privateKey, header: { kid: "../../dev/null" } }),
      "another algorithm": await new SignJWT(payload).setProtectedHeader({ alg: "RS256", typ: "at+jwt" }).sign(rsa.privateKey),
      "changed claims": `${header}.${encode(payload)}.${signature}`,
      "changed header": `${encode({ alg: "EdDSA", typ: "at+jwt", kid: "1" })}.${body}.${signature}`,
      "cut signature": `${header}.${body}.${signature.slice(0, -2)}`,
      "no signature": `${header}.${body}.`,
      "two parts": `${header}.${body}`,
      "five parts": `${good}.${signature}.${signature}`,
      "an unknown critical header": await tokens.token({ header: { crit: ["x"], x: 1 } }).catch(() => `${encode({ alg: "EdDSA", typ: "at+jwt", crit: ["x"], x: 1 })}.${body}.${signature}`),
      "type JWT": await tokens.token({ header: { typ: "JWT" } }),
      "no type": await tokens.token({ header: { typ: undefined } }),
      "a reset token": await tokens.token({ header: { typ: "reset+jwt" } }),
      "another issuer": await tokens.token({ claims: { iss: "elsewhere" } }),
      "no issuer": await tokens.token({ claims: { iss: undefined } }),
      "another audience": await tokens.token({ claims: { aud: "elsewhere" } }),
      "no audience": await tokens.token({ claims: { aud: undefined } }),
      "expired": await tokens.token({ expiresIn: -1 }),
      "no expiry": await tokens.token({ claims: { exp: undefined } }),
      "expiry as text": await tokens.token({ claims: { exp: "never" } }),
      "not yet": await tokens.token({ claims: { nbf: now + 300 } }),
      "no subject": await tokens.token({ claims: { sub: undefined } }),
      "a subject that is no user": await tokens.token({ claims: { sub: "admin" } }),
      "a subject that is SQL": await tokens.token({ claims: { sub: "' or 1=1 --" } }),
      "roles as text": await tokens.token({ claims: { roles: "ADMIN" } }),
      "no roles": await tokens.token({ claims: { roles: undefined } }),
      "vendors that are no ids": await tokens.token({ claims: { vendorIds: ["*"] } }),
    };
    for (const [name, token] of Object.entries(forged)) {
      const error = await auth.viewerOf(`Bearer ${token}`).then((viewer) => ({ accepted: viewer }), (reason: unknown) => reason);
      expect(error, name).toMatchObject({ status: 401, code: "UNAUTHENTICATED", headers: { "www-authenticate": expect.stringContaining("Bearer") } });
      expect((error as Error).message, name).toMatch(/^The (access token (is not valid|has expired): log in again|Authorization header must read "Bearer <access token>")\.$/);
    }
    expect(Object.keys(forged).length).toBeGreaterThanOrEqual(35);
  });

  test.each(["", "Bearer", "Bearer ", "Basic YTpi", "Token abc", `Bearer ${"a".repeat(9_000)}`, "Bearer a b", "Bearer <script>"])("the header %j is refused, not taken for a guest", async (header) => {
    await expect(auth.viewerOf(header)).rejects.toMatchObject({ status: 401, code: "UNAUTHENTICATED" });
  });

  test("roles of a later version grant nothing", async () => {
    expect(await auth.viewerOf(`Bearer ${await tokens.token({ claims: { roles: ["EMPEROR", "CUSTOMER"] } })}`)).toMatchObject({ roles: ["CUSTOMER"] });
  });
});

import { describe, expect, test } from "vitest";
import { fc } from "#platform/testing/properties.ts";
import { ACCESS_TOKEN, viewerFromClaims } from "#kit/claims.ts";
import { ATTEMPT_POLICIES, mayAttempt } from "../domain/attempts.ts";
import { readEmail, readRegistration } from "../domain/registration.ts";
import { createTokenSigner } from "../ports/accessTokens.ts";

describe("readEmail", () => {
  test("what is accepted is what the table takes: lower case, one @, no space", () => {
    fc.assert(fc.property(fc.oneof(fc.emailAddress(), fc.string()), (text) => {
      const email = readEmail(text);
      if (email !== undefined) expect(email).toMatch(/^[^\sA-Z@]+@[^\sA-Z@]+\.[^\sA-Z@]+$/);
    }));
    expect(readEmail(" Ada.Lovelace+shop@Example.CO.UK ")).toBe("ada.lovelace+shop@example.co.uk");
    expect(readEmail(`${"a".repeat(64)}@${"b".repeat(63)}.${"c".repeat(63)}.${"d".repeat(63)}.com`)).toBeUndefined();
  });
});

describe("readRegistration", () => {
  const input = { email: "ada@example.test", password: "correct horse", displayName: "Ada", countryCode: null };
  test("counts characters as people do", () => {
    expect(readRegistration({ ...input, password: "🐎🔋🐎🔋🐎🔋🐎🧷" }).ok).toBe(true);
    expect(readRegistration({ ...input, password: "🐎🔋🐎🔋" })).toMatchObject({ ok: false, error: { code: "WEAK_PASSWORD", why: "TOO_SHORT" } });
    expect(readRegistration({ ...input, displayName: "é".repeat(100) }).ok).toBe(true);
  });
  test.each([
    ["aaaaaaaa", "COMMON"], ["ababababab", "COMMON"], ["98765432", "COMMON"], ["x".repeat(129), "TOO_LONG"], ["\ud800".repeat(8), "NOT_TEXT"],
    ["ada@EXAMPLE.test", "LIKE_EMAIL"], ["Example.Test!", "LIKE_EMAIL"], ["example2026", "LIKE_EMAIL"], ["Ada-Example.Test", "LIKE_EMAIL"],
  ])("%s is weak: %s", (password, why) => {
    expect(readRegistration({ ...input, password })).toEqual({ ok: false, error: { code: "WEAK_PASSWORD", why } });
  });
  test("no rule of composition: a long phrase of small letters will do", () => expect(readRegistration({ ...input, password: "vier kleine worte hier" }).ok).toBe(true));
});

test("mayAttempt: ten failures of an account and not one more, whatever is guessed", () => {
  for (const [purpose, { perAccount }] of Object.entries(ATTEMPT_POLICIES)) {
    if (purpose === "identityStart") continue;
    expect(perAccount).toBeLessThanOrEqual(10);
    expect(mayAttempt(perAccount, 0, perAccount)).toBe(true);
    expect(mayAttempt(perAccount + 1, 0, perAccount)).toBe(false);
    expect(mayAttempt(100, 95, perAccount)).toBe(true);
  }
});

describe("claims", () => {
  const claims = { sub: "01900001-0000-7000-8000-000000000001", roles: ["CUSTOMER"], vendorIds: [] };
  test("a role this version does not know grants nothing", () => {
    expect(viewerFromClaims({ ...claims, roles: ["ADMIN", "GOD"] })).toEqual({ userId: claims.sub, roles: ["ADMIN"], vendorIds: [] });
  });
  test.each([[{ ...claims, sub: "ada" }], [{ ...claims, sub: 1 }], [{ ...claims, roles: "ADMIN" }], [{ ...claims, roles: [1] }], [{ ...claims, vendorIds: ["x"] }], [{ ...claims, vendorIds: undefined }]])(
    "%j is no viewer", (wrong) => expect(viewerFromClaims(wrong)).toBeUndefined());
  test("the signer takes only a private Ed25519 key", async () => {
    for (const key of [{ kty: "oct", k: "c2VjcmV0" }, { kty: "OKP", crv: "Ed25519", x: "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo" }]) {
      await expect(createTokenSigner(key)).rejects.toThrow("private Ed25519 key");
    }
    expect(ACCESS_TOKEN.lifeSeconds).toBe(900);
  });
});

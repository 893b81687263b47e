import { randomBytes } from "node:crypto";
import { describe, expect, test } from "vitest";
import { memoryCache } from "#platform/cache/memory.ts";
import { CacheUnavailable } from "#platform/cache/cache.ts";
import { silentLog } from "#platform/log.ts";
import { admitAttempt } from "../commands/admitAttempt.ts";
import { ATTEMPT_POLICIES, OVERALL_ATTEMPTS } from "../domain/attempts.ts";
import { issueDeviceToken, knownDevice } from "../ports/deviceTokens.ts";
import { createSecretBox } from "../ports/secretBox.ts";

const counting = () => {
  const cache = memoryCache();
  return { attempts: cache, ownAttempts: cache, log: silentLog };
};
const isAdmitted = async (...args: Parameters<typeof admitAttempt>) => (await admitAttempt(...args)).refusal === undefined;
const howMany = async (times: number, attempt: (n: number) => Promise<boolean>) => (await Promise.all(Array.from({ length: times }, (_, n) => attempt(n)))).filter(Boolean).length;

describe("admitAttempt", () => {
  test("ten wrong guesses of an account, at once or one by one, from all strangers together", async () => {
    const parts = counting();
    expect(await howMany(200, () => isAdmitted(parts, "password", "ada@example.test"))).toBe(10);
    expect(await isAdmitted(parts, "password", "ada@example.test")).toBe(false);
    expect(await isAdmitted(parts, "password", "bob@example.test")).toBe(true);
  });

  test("a known device counts for itself: strangers do not keep it out, and it guesses no more than they", async () => {
    const parts = counting();
    await howMany(50, () => isAdmitted(parts, "password", "ada@example.test"));
    expect(await howMany(50, () => isAdmitted(parts, "password", "ada@example.test", "laptop"))).toBe(10);
    expect(await isAdmitted(parts, "password", "ada@example.test", "telephone")).toBe(true);
    expect(await isAdmitted(parts, "password", "bob@example.test", "laptop")).toBe(true);
  });

  test("what succeeded is not held against the account, what was refused cannot be excused", async () => {
    const parts = counting();
    for (let round = 0; round < 30; round += 1) {
      const attempt = await admitAttempt(parts, "code", "ada");
      expect(attempt.refusal).toBeUndefined();
      await attempt.excuse();
    }
    const answers = await Promise.all(Array.from({ length: 30 }, () => admitAttempt(parts, "code", "ada")));
    const refused = answers.filter(({ refusal }) => refusal);
    expect(refused).toHaveLength(20);
    for (const attempt of refused) await attempt.excuse();
    expect(await isAdmitted(parts, "code", "ada")).toBe(false);
  });

  test("codes have a measure for the day as well; a refused attempt does not use it up", async () => {
    const parts = counting();
    let windows = 0;
    // Windows that pass at once: the day goes on.
    const hasty = { ...parts.attempts, incr: (key: string, ms: number) => parts.attempts.incr(ms === ATTEMPT_POLICIES.code.windowMs ? `${key}:${windows}` : key, ms) };
    let admitted = 0;
    for (; windows < 10; windows += 1) admitted += await howMany(100, () => isAdmitted({ ...parts, attempts: hasty }, "code", "ada"));
    expect(admitted).toBe(ATTEMPT_POLICIES.code.perDay);
    expect(await isAdmitted(parts, "recoveryCode", "ada")).toBe(true);
  });

  test("trying many accounts ends at the shop's measure, keeps no count of theirs beyond it, and does not reach known devices", async () => {
    const parts = counting();
    const names: string[] = [];
    const watched = { ...parts.attempts, incr: (key: string, ms: number) => { names.push(key); return parts.attempts.incr(key, ms); } };
    let admitted = 0;
    for (let n = 0; n < OVERALL_ATTEMPTS.attempts + 500; n += 1) admitted += Number(await isAdmitted({ ...parts, attempts: watched }, "password", `person ${n}`));
    expect(admitted).toBe(OVERALL_ATTEMPTS.attempts);
    // One name more than that found the measure full, and the measure has a name itself.
    expect(new Set(names).size).toBe(OVERALL_ATTEMPTS.attempts + 2);
    expect(await isAdmitted(parts, "password", "ada@example.test", "laptop")).toBe(true);
  });

  test("guesses at one account do not use up the measure of the shop", async () => {
    const parts = counting();
    expect(await howMany(OVERALL_ATTEMPTS.attempts * 3, () => isAdmitted(parts, "password", "ada@example.test"))).toBe(10);
    expect(await isAdmitted(parts, "password", "bob@example.test")).toBe(true);
  });

  test("goes on counting alone while the shared counts are away", async () => {
    const away = { ...memoryCache(), incr: async () => { throw new CacheUnavailable("away"); } };
    const parts = { ...counting(), attempts: away };
    expect(await howMany(40, () => isAdmitted(parts, "password", "ada@example.test"))).toBe(10);
  });
});

describe("device tokens", () => {
  const marks = createSecretBox(randomBytes(32).toString("base64url"));
  const now = new Date("2026-03-01T12:00:00Z");
  const ada = { id: "01900001-0000-7000-8000-000000000001", isEmailVerified: true };
  const bob = { id: "01900001-0000-7000-8000-000000000002", isEmailVerified: true };

  test("one person's device is known for a year, each token a device of its own", () => {
    const token = issueDeviceToken(marks, ada, now);
    const device = knownDevice(marks, token, ada, now);
    expect(device).toMatch(/^[\w-]{30}$/);
    expect(knownDevice(marks, token, ada, new Date("2027-03-01T11:59:59Z"))).toBe(device);
    expect(knownDevice(marks, issueDeviceToken(marks, ada, now), ada, now)).not.toBe(device);
  });

  test("one that was known while the address was only claimed is none of the account that has proven it", () => {
    const claimed = { ...ada, isEmailVerified: false };
    const token = issueDeviceToken(marks, claimed, now);
    expect(knownDevice(marks, token, claimed, now)).toBeDefined();
    expect(knownDevice(marks, token, ada, now)).toBeUndefined();
    expect(knownDevice(marks, issueDeviceToken(marks, ada, now), claimed, now)).toBeUndefined();
  });

  test("is nothing for another person, after its year, of another installation, or altered anywhere", () => {
    const token = issueDeviceToken(marks, ada, now);
    expect(knownDevice(marks, token, bob, now)).toBeUndefined();
    expect(knownDevice(marks, token, ada, new Date("2027-03-01T12:00:00Z"))).toBeUndefined();
    expect(knownDevice(createSecretBox(randomBytes(32).toString("base64url")), token, ada, now)).toBeUndefined();
    for (let at = 0; at < token.length; at += 1) {
      const other = `${token.slice(0, at)}${token[at] === "A" ? "B" : "A"}${token.slice(at + 1)}`;
      // The last character of the mark carries two bits that say nothing.
      if (at < token.length - 1) expect(knownDevice(marks, other, ada, now), `character ${at}`).toBeUndefined();
    }
    for (const broken of [null, undefined, "", ".", token.slice(1), `${token}A`, token.replace(".", ""), `${token}\n`, "a".repeat(100_000)]) expect(knownDevice(marks, broken, ada, now)).toBeUndefined();
  });
});

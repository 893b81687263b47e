import { expect, test } from "vitest";
import { createPasswordHasher, HashingBusy } from "../ports/passwordHash.ts";

test("a hash is argon2id with the least parameters of OWASP, salted, and fits its password alone", async () => {
  const hasher = createPasswordHasher();
  const [one, two] = await Promise.all([hasher.hash("a pass phrase"), hasher.hash("a pass phrase")]);
  expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  expect(one).not.toBe(two);
  expect(await hasher.verify(one, "a pass phrase")).toBe(true);
  expect(await hasher.verify(one, "a pass phrasE")).toBe(false);
  expect(await hasher.verify(null, "a pass phrase")).toBe(false);
});

test("what looks the same is the same password", async () => {
  const hasher = createPasswordHasher();
  expect(await hasher.verify(await hasher.hash("caf\u00e9 au lait"), "cafe\u0301 au lait")).toBe(true);
});

test("a flood is turned away at once, and the queue goes on", async () => {
  const hasher = createPasswordHasher({ running: 1, waiting: 2 });
  const outcomes = await Promise.allSettled(Array.from({ length: 6 }, () => hasher.verify(null, "guess")));
  expect(outcomes.map((outcome) => outcome.status)).toEqual(["fulfilled", "fulfilled", "fulfilled", "rejected", "rejected", "rejected"]);
  expect((outcomes[5] as PromiseRejectedResult).reason).toBeInstanceOf(HashingBusy);
  expect(await hasher.verify(null, "guess")).toBe(false);
});

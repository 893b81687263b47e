import { Agent, type Dispatcher } from "undici";
import { generateSync } from "otplib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { fillSmallShop } from "#kit/testing/smallShop.ts";
import { proofMode } from "#platform/config.ts";
import { Database } from "#platform/db/database.ts";
import { useTestDatabases } from "#platform/testing/testDatabase.ts";
import { ATTEMPT_POLICIES } from "#subgraphs/users/domain/attempts.ts";
import { serveTestGraph, type Data, type ServedGraph } from "./servedGraph.ts";

// Guessing at one account through the real gateway, hidden in every way a request can hide it.
const GUESSES = proofMode() ? 10_000 : 300;
const CONNECTIONS = proofMode() ? 100 : 20;
const PER_DOCUMENT = 5;

const databases = useTestDatabases({ shop: true, warehouse: true });
let graph: ServedGraph;
let agent: Agent;
beforeAll(async () => {
  await using owner = Database.open(databases.shop.config);
  await fillSmallShop(owner);
  graph = await serveTestGraph("one process", databases.shop, databases.warehouse);
  agent = new Agent({ connections: CONNECTIONS, pipelining: 1 });
});
afterAll(async () => {
  await agent?.close();
  await graph?.close();
});

const text = (value: string) => JSON.stringify(value);
async function post(body: unknown, token?: string): Promise<{ status: number; body: Data }> {
  const { statusCode, body: answer } = await agent.request({
    origin: graph.url, path: "/graphql", method: "POST", body: JSON.stringify(body),
    headers: { "content-type": "application/json", ...(token ? { authorization: `Bearer ${token}` } : {}) },
  } satisfies Dispatcher.RequestOptions);
  return { status: statusCode, body: (await answer.json()) as Data };
}
const TOKENS = "... on TokenPair { accessToken deviceToken }";
const one = async (field: string, token?: string): Promise<Data> => {
  for (;;) {
    const { body } = await post({ query: `mutation { answer: ${field} { __typename ${TOKENS} ${field.startsWith("login") ? "... on MfaRequired { challenge }" : ""} ... on RateLimited { retryAfterSeconds } } }` }, token);
    const answer = body["data"]?.answer as Data | undefined;
    // A queue that is full sheds for two seconds; that says nothing of the account.
    if (answer?.["__typename"] !== "RateLimited" || answer["retryAfterSeconds"] > 2) return answer ?? body;
    await new Promise((again) => setTimeout(again, 500));
  }
};
const login = (email: string, password: string, deviceToken?: string) => one(`login(input: { email: ${text(email)}, password: ${text(password)}${deviceToken ? `, deviceToken: ${text(deviceToken)}` : ""} })`);

/** Sends the guesses, CONNECTIONS at a time, and counts the answers by their type. */
async function fire(guesses: readonly string[], field: (guess: string) => string, token?: string): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  const count = (type: string) => counts.set(type, (counts.get(type) ?? 0) + 1);
  const queue = [...guesses];
  const shapes = [
    (batch: string[]) => batch.map((guess) => ({ query: `mutation { ${field(guess)} { __typename } }` })),
    (batch: string[]) => [{ query: `mutation { ${batch.map((guess, at) => `a${at}: ${field(guess)} { __typename }`).join(" ")} }` }],
    (batch: string[]) => [{ query: `mutation { ...F } fragment F on Mutation { ${batch.map((guess, at) => `a${at}: ${field(guess)} { __typename }`).join(" ")} }` }],
    (batch: string[]) => [batch.map((guess) => ({ query: `mutation { ${field(guess)} { __typename } }` }))],
    (batch: string[]) => batch.map((_, at) => ({ operationName: `O${at}`, query: batch.map((guess, n) => `mutation O${n} { ${field(guess)} { __typename } }`).join(" ") })),
  ];
  const worker = async (n: number): Promise<void> => {
    for (let round = n; queue.length > 0; round += 1) {
      const bodies = shapes[round % shapes.length]?.(queue.splice(0, PER_DOCUMENT)) ?? [];
      for (const body of bodies) {
        const { body: answer } = await post(body, token);
        const data = answer["data"] as Record<string, { __typename: string } | null> | null | undefined;
        if (data) for (const value of Object.values(data)) count(value?.__typename ?? "null");
        else count(`refused ${String(answer["errors"]?.[0]?.extensions?.code)}`);
      }
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, (_, n) => worker(n)));
  return counts;
}

describe(`${GUESSES} guesses over ${CONNECTIONS} connections`, () => {
  const password = "correct horse battery";
  /** The right password is the last guess: whoever evaluates all of them gets in. */
  const passwords = [...Array.from({ length: GUESSES - 1 }, (_, n) => `guess number ${n}`), password];
  const spellings = (email: string) => [email, email.toUpperCase(), ` ${email} `];

  test("passwords: at most ten are evaluated, in whatever spelling of the address; the victim logs in on a known device", async () => {
    const email = "victim@example.test";
    const { deviceToken } = await one(`register(input: { email: ${text(email)}, password: ${text(password)} })`);
    const counts = await fire(passwords, (guess) => `login(input: { email: ${text(spellings(email)[guess.length % 3] as string)}, password: ${text(guess)} })`);
    expect(counts.get("TokenPair")).toBeUndefined();
    expect(counts.get("InvalidCredentials") ?? 0).toBeLessThanOrEqual(ATTEMPT_POLICIES.password.perAccount);
    expect(counts.get("RateLimited")).toBeGreaterThan(0);
    expect(counts.get("refused LIMIT_EXCEEDED")).toBeGreaterThan(0);
    expect(counts.get("refused BAD_REQUEST")).toBeGreaterThan(0);
    expect((await login(email, password))["__typename"]).toBe("RateLimited");
    expect((await login(email, password, deviceToken))["__typename"]).toBe("TokenPair");
    // The device is no way round either: ten wrong ones and it waits as well.
    const there = await fire(passwords.slice(0, 60), (guess) => `login(input: { email: ${text(email)}, password: ${text(guess)}, deviceToken: ${text(deviceToken as string)} })`);
    expect(there.get("InvalidCredentials") ?? 0).toBeLessThanOrEqual(ATTEMPT_POLICIES.password.perAccount);
  });

  test("passwords, by accounts that somebody opens with the victim's address: their logins are guesses, their devices know their own account alone", async () => {
    const email = "squatted@example.test";
    await one(`register(input: { email: ${text(email)}, password: ${text(password)} })`);
    await using owner = Database.open(databases.shop.config);
    await owner.raw("update users.users set email_verified_at = now() where email = $1", [email]);
    const own = "the squatter's own words";
    const { deviceToken } = await one(`register(input: { email: ${text(email)}, password: ${text(own)} })`);
    const byDevice = await login(email, password, deviceToken as string);
    expect(byDevice["__typename"]).toBe("InvalidCredentials");
    let letIn = 0;
    for (let round = 0; round < 15; round += 1) if ((await login(email, own))["__typename"] === "TokenPair") letIn += 1;
    expect(letIn).toBe(ATTEMPT_POLICIES.password.perAccount);
  });

  test("codes: at most ten are evaluated over all challenges and stepUp; a known device, and a recovery code, let the victim in", async () => {
    const email = "coded@example.test";
    const { accessToken } = await one(`register(input: { email: ${text(email)}, password: ${text(password)} })`);
    await using owner = Database.open(databases.shop.config);
    await owner.raw("update users.users set email_verified_at = now() where email = $1", [email]);
    const { body: enrolled } = await post({ query: "mutation { mfaEnroll { ... on MfaEnrolment { secret } } }" }, accessToken as string);
    const secret = enrolled["data"].mfaEnroll.secret as string;
    const now = () => Math.floor(Date.now() / 1000);
    const { body: enabled } = await post({ query: `mutation { mfaConfirm(input: { code: "${generateSync({ secret, epoch: now() - 30 })}" }) { ... on MfaEnabled { recoveryCodes } } }` }, accessToken as string);
    const [recoveryCode, another] = enabled["data"].mfaConfirm.recoveryCodes as string[];
    const first = await login(email, password);
    const known = await one(`mfaVerify(input: { challenge: ${text(first["challenge"])}, recoveryCode: ${text(another as string)} })`);
    expect(known["__typename"]).toBe("TokenPair");

    const challenges: string[] = [];
    while (challenges.length < 20) challenges.push((await login(email, password))["challenge"] as string);
    const near = new Set([-1, 0, 1, 2, 3].map((steps) => generateSync({ secret, epoch: now() + steps * 30 })));
    const codes = Array.from({ length: GUESSES }, (_, n) => String(n * 97 % 1_000_000).padStart(6, "0")).filter((code) => !near.has(code));
    const half = Math.floor(codes.length / 2);
    const verified = await fire(codes.slice(0, half), (code) => `mfaVerify(input: { challenge: ${text(challenges[Number(code) % challenges.length] as string)}, code: ${text(code)} })`);
    const stepped = await fire(codes.slice(half), (code) => `stepUp(input: { totpCode: ${text(code)} })`, known["accessToken"] as string);
    expect((verified.get("InvalidMfaCode") ?? 0) + (stepped.get("InvalidMfaCode") ?? 0)).toBeLessThanOrEqual(ATTEMPT_POLICIES.code.perAccount);
    expect([verified.get("TokenPair"), stepped.get("TokenPair")]).toEqual([undefined, undefined]);
    expect(stepped.get("RateLimited")).toBeGreaterThan(0);

    const stranger = await login(email, password);
    expect((await one(`mfaVerify(input: { challenge: ${text(stranger["challenge"])}, code: "${generateSync({ secret, epoch: now() })}" })`))["__typename"]).toBe("RateLimited");
    const home = await login(email, password, known["deviceToken"] as string);
    expect((await one(`mfaVerify(input: { challenge: ${text(home["challenge"])}, code: "${generateSync({ secret, epoch: now() })}" })`))["__typename"]).toBe("TokenPair");
    const abroad = await login(email, password);
    expect((await one(`mfaVerify(input: { challenge: ${text(abroad["challenge"])}, recoveryCode: ${text(recoveryCode as string)} })`))["__typename"]).toBe("TokenPair");
  });
});

import { spawn } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, type TestContext } from "vitest";
import { childEnvironment, programPath } from "#platform/config.ts";
import { memoryStore } from "../fake/memoryStore.ts";
import { type FakeStripe, startFakeStripe } from "../fakeStripe/startFakeStripe.ts";

/*
 * stripe-mock answers from Stripe's own description of its API, but knows no state. So it says which keys an answer has and of which
 * type they are, and our stand-in must say the same. It is a Go program; it is built once into the user's cache.
 */
const VERSION = "v0.203.0";
const CACHE = join(homedir(), ".cache", "martgraph", `stripe-mock-${VERSION}`);
const API_VERSION = "2026-10-28.endive";

interface Mock { readonly url: string; stop(): void }
let fake: FakeStripe;
let mock: Mock | undefined;
let missing = "";

beforeAll(async () => {
  fake = await startFakeStripe({ store: memoryStore(), webhookSecret: "whsec_of_the_shape_tests" });
  try {
    mock = await startMock(await builtMock());
  } catch (error) {
    missing = (error as Error).message;
  }
}, 280_000);
afterAll(async () => {
  mock?.stop();
  await fake.close();
});

async function builtMock(): Promise<string> {
  const binary = join(CACHE, "stripe-mock");
  if (existsSync(binary)) return binary;
  const go = [...programPath(), "/usr/local/go/bin"].map((dir) => join(dir, "go")).find((path) => existsSync(path));
  if (!go) throw new Error("stripe-mock needs Go, which is not on the path");
  mkdirSync(CACHE, { recursive: true });
  const environment = childEnvironment({ GOBIN: CACHE, GOFLAGS: "-mod=mod" });
  const code = await new Promise<number | null>((done) => spawn(go, ["install", `github.com/stripe/stripe-mock@${VERSION}`], { env: environment, stdio: "ignore", timeout: 240_000 }).once("exit", done).once("error", () => done(1)));
  if (code !== 0 || !existsSync(binary)) throw new Error(`go install of stripe-mock ${VERSION} failed: is the Go module proxy reachable?`);
  return binary;
}

async function startMock(binary: string): Promise<Mock> {
  const child = spawn(binary, ["-http-addr", "127.0.0.1:0", "-https-addr", "127.0.0.1:0"], { env: childEnvironment(), stdio: ["ignore", "pipe", "pipe"] });
  const url = await new Promise<string>((done, failed) => {
    let said = "";
    const listen = (chunk: Buffer): void => {
      said += chunk.toString();
      const [, address] = /Listening for HTTP at address: (\S+)/.exec(said) ?? [];
      if (address) done(`http://${address}`);
    };
    child.stdout.on("data", listen);
    child.stderr.on("data", listen);
    child.once("exit", (code) => failed(new Error(`stripe-mock ended with code ${code}`)));
    setTimeout(() => failed(new Error("stripe-mock did not start within 20 s")), 20_000).unref();
  });
  return { url, stop: () => void child.kill("SIGTERM") };
}

type Answer = Record<string, unknown>;

async function ask(base: string, method: string, path: string, form = ""): Promise<Answer> {
  const response = await fetch(`${base}/v1/${path}`, {
    method, headers: { authorization: `Bearer ${fake.apiKey}`, "content-type": "application/x-www-form-urlencoded", "stripe-version": API_VERSION }, ...(method === "POST" ? { body: form } : {}),
  });
  return (await response.json()) as Answer;
}

const kind = (value: unknown): string => (value === null ? "null" : Array.isArray(value) ? "list" : typeof value);

/** What stripe-mock has and we have not, or have of another type; null fits anything, for it says only that nothing is there. */
function differences(ours: Answer, theirs: Answer): string[] {
  return Object.entries(theirs).flatMap(([key, value]) => {
    if (!(key in ours)) return [`${key} is missing`];
    const [one, other] = [kind(ours[key]), kind(value)];
    return one === other || one === "null" || other === "null" ? [] : [`${key} is ${one}, at Stripe ${other}`];
  });
}

const check = (context: TestContext, ours: () => Promise<Answer>, method: string, path: string, form = "") => async (): Promise<void> => {
  if (!mock) return context.skip(missing);
  const theirs = await ask(mock.url, method, path, form);
  expect(theirs["error"], JSON.stringify(theirs["error"])).toBeUndefined();
  expect(differences(await ours(), theirs)).toEqual([]);
};

const opened = async (form = ""): Promise<string> => String((await ask(fake.url, "POST", "payment_intents", `amount=5000&currency=eur&${form}`))["id"]);
const confirmed = async (token: string, form = ""): Promise<string> => {
  const id = await opened(form);
  await ask(fake.url, "POST", `payment_intents/${id}/confirm`, `payment_method=${token}`);
  return id;
};

describe("the stand-in's answers have the keys and types of Stripe's own description", () => {
  test("a payment intent", (context) => check(context, () => ask(fake.url, "POST", "payment_intents", "amount=5000&currency=eur"), "POST", "payment_intents", "amount=5000&currency=eur&allowed_payment_method_types[]=card")());
  test("one that was confirmed", (context) => check(context, async () => ask(fake.url, "GET", `payment_intents/${await confirmed("pm_card_visa")}`), "POST", "payment_intents/pi_1/confirm", "payment_method=pm_card_visa&return_url=https://shop.example")());
  test("one that waits for its payer", (context) => check(context, async () => ask(fake.url, "GET", `payment_intents/${await confirmed("tok_3ds")}`), "GET", "payment_intents/pi_1")());
  test("one that was declined", (context) => check(context, async () => ask(fake.url, "GET", `payment_intents/${await confirmed("tok_declined")}`), "GET", "payment_intents/pi_1")());
  test("one that was captured", (context) => check(context, async () => ask(fake.url, "POST", `payment_intents/${await confirmed("pm_card_visa", "capture_method=manual")}/capture`), "POST", "payment_intents/pi_1/capture", "amount_to_capture=100")());
  test("one that was cancelled", (context) => check(context, async () => ask(fake.url, "POST", `payment_intents/${await opened()}/cancel`), "POST", "payment_intents/pi_1/cancel")());
  test("a charge", (context) => check(context, async () => ask(fake.url, "GET", `charges/ch_${(await confirmed("pm_card_visa")).slice(3)}`), "GET", "charges/ch_1")());
  test("a refund", (context) => check(context, async () => ask(fake.url, "POST", "refunds", `payment_intent=${await confirmed("pm_card_visa")}&amount=100`), "POST", "refunds", "payment_intent=pi_1&amount=100")());
  test("a dispute", (context) => check(context, async () => ask(fake.url, "GET", `disputes/dp_${(await confirmed("pm_card_createDispute")).slice(3)}`), "GET", "disputes/dp_1")());
  test("an event", (context) => check(context, async () => {
    const store = memoryStore();
    const other = await startFakeStripe({ store, webhookSecret: "whsec_of_the_shape_tests" });
    await ask(other.url, "POST", "payment_intents", "amount=5000&currency=eur");
    await other.close();
    return JSON.parse((await store.listUndelivered(1))[0]?.body ?? "{}") as Answer;
  }, "GET", "events/evt_1")());
  test("every parameter that the driver sends is one of Stripe's", async (context) => {
    if (!mock) return context.skip(missing);
    for (const [path, form] of [
      ["payment_intents", "amount=5000&currency=eur&capture_method=manual&allowed_payment_method_types[]=card&metadata[martgraph_checkout]=x&expand[]=latest_charge"],
      ["payment_intents/pi_1/confirm", "payment_method=pm_card_visa&return_url=https://shop.example&expand[]=latest_charge"],
      ["payment_intents/pi_1/capture", "amount_to_capture=100&expand[]=latest_charge"],
      ["payment_intents/pi_1/cancel", "expand[]=latest_charge"],
      ["refunds", "payment_intent=pi_1&amount=100&metadata[martgraph_key]=x"],
    ] as const) expect((await ask(mock.url, "POST", path, form))["error"], path).toBeUndefined();
  });
});

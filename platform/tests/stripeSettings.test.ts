import { afterEach, describe, expect, test, vi } from "vitest";
import { ConfigError, stripeSettings } from "../config.ts";

const KEY = "sk_test_4eC39HqLyjWDarjtT1zdp7dc";
const SECRET = "whsec_4eC39HqLyjWDarjtT1zdp7dc";

function given(environment: Record<string, string>) {
  for (const name of ["API_KEY", "WEBHOOK_SECRET", "URL", "RETURN_URL"]) vi.stubEnv(`MARTGRAPH_STRIPE_${name}`, environment[name] ?? "");
  return stripeSettings;
}

describe("Stripe's settings", () => {
  afterEach(() => vi.unstubAllEnvs());

  test("none: the stand-in", () => expect(given({})()).toBeUndefined());
  test("key and secret", () => expect(given({ API_KEY: KEY, WEBHOOK_SECRET: SECRET })()).toEqual({ apiKey: KEY, webhookSecret: SECRET }));
  test("another host", () => {
    expect(given({ API_KEY: KEY, WEBHOOK_SECRET: SECRET, URL: "http://127.0.0.1:12111", RETURN_URL: "https://shop.example/back" })())
      .toEqual({ apiKey: KEY, webhookSecret: SECRET, host: "127.0.0.1", port: 12_111, protocol: "http", returnUrl: "https://shop.example/back" });
    expect(given({ API_KEY: KEY, WEBHOOK_SECRET: SECRET, URL: "https://stripe.example" })()).toMatchObject({ host: "stripe.example", port: 443, protocol: "https" });
    expect(given({ API_KEY: KEY, WEBHOOK_SECRET: SECRET, URL: "http://[::1]:9" })()).toMatchObject({ host: "::1", port: 9 });
  });
  test.each([
    ["an empty webhook secret", { API_KEY: KEY, WEBHOOK_SECRET: "" }, /WEBHOOK_SECRET is empty/],
    ["a webhook secret of blanks", { API_KEY: KEY, WEBHOOK_SECRET: "                    " }, /WEBHOOK_SECRET is empty/],
    ["a short webhook secret", { API_KEY: KEY, WEBHOOK_SECRET: "whsec_x" }, /too short/],
    ["a webhook secret without a key", { WEBHOOK_SECRET: SECRET }, /API_KEY is not/],
    ["a publishable key", { API_KEY: KEY.replace("sk", "pk"), WEBHOOK_SECRET: SECRET }, /no secret key/],
    ["no address", { API_KEY: KEY, WEBHOOK_SECRET: SECRET, URL: "localhost:12111" }, /no address/],
    ["an address with a path", { API_KEY: KEY, WEBHOOK_SECRET: SECRET, URL: "https://stripe.example/v1" }, /path/],
    ["plain http to another machine", { API_KEY: KEY, WEBHOOK_SECRET: SECRET, URL: "http://stripe.example" }, /in the clear/],
    ["a password in the address", { API_KEY: KEY, WEBHOOK_SECRET: SECRET, URL: "https://a:b@stripe.example" }, /no address/],
  ])("%s is refused without repeating the value", (_, environment, message) => {
    let refused: unknown;
    try {
      given(environment as Record<string, string>)();
    } catch (error) {
      refused = error;
    }
    expect(refused).toBeInstanceOf(ConfigError);
    expect((refused as Error).message).toMatch(message);
    expect((refused as Error).message).not.toContain("4eC39");
  });
});

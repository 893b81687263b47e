import { createHash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { testGateway, type TestGateway } from "./fixtures/harness.ts";

describe("the page that identity providers send people back to", () => {
  let gateway: TestGateway;
  beforeAll(async () => { gateway = await testGateway("inProcess"); });
  afterAll(() => gateway.close());
  const ask = async (path: string, init?: RequestInit) => {
    const response = await fetch(`${gateway.url}/identity/callback/${path}`, init);
    return { status: response.status, headers: response.headers, text: await response.text() };
  };

  test("shows code, state and issuer, is kept nowhere, and runs its own script alone", async () => {
    const { status, headers, text } = await ask(`blue?code=abc&state=${"s".repeat(43)}&iss=${encodeURIComponent("https://id.example")}`);
    expect(status).toBe(200);
    for (const value of ['value="abc"', `value="${"s".repeat(43)}"`, 'value="https://id.example"']) expect(text).toContain(value);
    expect(headers.get("cache-control")).toBe("no-store");
    expect(headers.get("referrer-policy")).toBe("no-referrer");
    const script = /<script>([^<]*)<\/script>/.exec(text)?.[1] ?? "";
    expect(headers.get("content-security-policy")).toContain(`script-src 'sha256-${createHash("sha256").update(script).digest("base64")}';`);
    expect(headers.get("content-security-policy")).toContain("frame-ancestors 'none'");
    expect(script).toContain("location.origin");
  });

  test("what comes along is shown as text, whatever it is", async () => {
    const { text } = await ask(`blue?state=x&code=${encodeURIComponent('"><script>alert(1)</script>')}&iss=${encodeURIComponent("<img src=x onerror=alert(1)>")}`);
    expect(text).not.toContain("<script>alert");
    expect(text).not.toContain("<img");
    expect(text.match(/<script>/g)).toHaveLength(1);
  });

  test("a refusal of the provider shows none of its words", async () => {
    const { status, text } = await ask("blue?error=access_denied&error_description=call+0900-1234&state=x");
    expect(status).toBe(200);
    expect(text).toContain("Not logged in");
    expect(text).not.toContain("0900");
  });

  test.each(["blue", "blue?code=x", "blue?code=1&code=2&state=x", "blue?state=a&state=b&code=1", `blue?state=x&code=${"c".repeat(4_001)}`, `blue?state=${"s".repeat(101)}&code=1`])("is no answer of a provider: %s", async (path) => {
    expect((await ask(path)).status).toBe(400);
  });

  test.each(["", "Blue", "blue/", "../callback", "blue%00", `${"b".repeat(31)}?state=x&code=1`])("there is nothing at %j", async (path) => {
    expect((await ask(path)).status).toBe(404);
  });

  test("is read, not posted to", async () => {
    expect((await ask("blue?state=x&code=1", { method: "POST" })).status).toBe(405);
    expect(await ask("blue?state=x&code=1", { method: "HEAD" })).toMatchObject({ status: 200, text: "" });
  });
});

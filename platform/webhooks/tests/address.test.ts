import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { isInsideAddress, readWebhookUrl } from "../address.ts";
import { post } from "../post.ts";
import { newWebhookSecret, signedHeaders } from "../signature.ts";

test.each([
  "127.0.0.1", "127.255.255.254", "0.0.0.0", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1", "169.254.169.254", "100.64.0.1", "192.0.0.192", "198.18.0.1",
  "224.0.0.1", "255.255.255.255", "::1", "::", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "::127.0.0.1", "fe80::1", "fc00::1", "fd00:ec2::254", "ff02::1", "64:ff9b::7f00:1",
  "64:ff9b::808:808", "2002:7f00:1::", "2001::1", "2001:db8::1", "not an address",
])("%s lies inside", (address) => expect(isInsideAddress(address)).toBe(true));

test.each(["8.8.8.8", "172.32.0.1", "172.15.255.255", "100.63.255.255", "100.128.0.1", "11.0.0.1", "2606:4700::1111", "2a00:1450:4001::1"])("%s is public", (address) => expect(isInsideAddress(address)).toBe(false));

test.each([
  ["ftp://example.com/", /https/], ["nonsense", /https/], ["http://example.com/", /https/], ["https://user:secret@example.com/", /login/], ["https://example.com/#x", /fragment/],
  ["https://localhost/", /not on the public/], ["https://LOCALHOST./", /not on the public/], ["https://a.localhost/", /not on the public/], ["https://127.0.0.1/", /not on the public/],
  // What browsers take for an address too: decimal, octal, hexadecimal, short.
  ["https://2130706433/", /not on the public/], ["https://0177.0.0.1/", /not on the public/], ["https://0x7f.1/", /not on the public/], ["https://127.1/", /not on the public/],
  ["https://[::1]/", /not on the public/], ["https://[::ffff:7f00:1]/", /not on the public/], ["https://169.254.169.254/latest/meta-data/", /not on the public/], ["https://example.com/" + "a".repeat(2_000), /2000/],
])("%.40s is no webhook", (url, why) => expect(readWebhookUrl(url, false)).toMatchObject({ refused: expect.stringMatching(why) as string }));

test("what may be one is kept as it is understood", () => {
  expect(readWebhookUrl("https://Example.com:443/hook?x=1", false)).toEqual({ url: "https://example.com/hook?x=1" });
  expect(readWebhookUrl("http://localhost:9/hook", true)).toEqual({ url: "http://localhost:9/hook" });
});

test.each(["https://127.0.0.1:9/", "https://[::1]:9/", "https://localhost:9/", "http://example.com/", "https://0x7f000001:9/"])("a post to %s is refused when it connects, whatever was checked before", async (url) => {
  expect(await post({ url, body: "{}", headers: {}, timeoutMs: 2_000, allowPrivate: false })).toMatchObject({ status: null, error: expect.stringMatching(/refused: .*(public|https)/) as string });
});

test("each valid secret signs", () => {
  const [one, two] = [newWebhookSecret(), newWebhookSecret()];
  expect(one).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
  const headers = signedHeaders({ id: "m", at: new Date(1_674_087_231_000), body: "{}" }, [one, two]);
  expect(headers).toMatchObject({ "webhook-id": "m", "webhook-timestamp": "1674087231", "webhook-signature": expect.stringMatching(/^v1,\S{44} v1,\S{44}$/) as string });
});

test("the published example of Standard Webhooks verifies", () => {
  const body = '{"test": 2432232314}';
  const headers = signedHeaders({ id: "msg_p5jXN8AQM9LWM0D4loKWxJek", at: new Date(1_614_265_330_000), body }, ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"]);
  expect(headers["webhook-signature"]).toBe("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
});

test("docs/webhooks.md shows the code that our tests verify signatures with", () => {
  const [page, source] = ["../../../docs/webhooks.md", "receiver.ts"].map((file) => readFileSync(join(import.meta.dirname, file), "utf8")) as [string, string];
  const example = source.slice(source.indexOf("export function isOurs"));
  expect(example.split("\n").length).toBeGreaterThan(8);
  expect(page).toContain(example.trimEnd());
});

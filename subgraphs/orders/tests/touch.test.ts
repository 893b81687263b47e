import { expect, test } from "vitest";
import { readTouch } from "../domain/touch.ts";

const channelOf = (source?: string, medium?: string, referrerHost?: string) => readTouch({ source, medium, referrerHost }).channel;

test.each([
  [undefined, undefined, undefined, "DIRECT"],
  [undefined, undefined, "www.google.co.uk", "ORGANIC_SEARCH"],
  [undefined, undefined, "duckduckgo.com", "ORGANIC_SEARCH"],
  [undefined, undefined, "mail.google.com", "EMAIL"],
  [undefined, undefined, "l.facebook.com", "ORGANIC_SOCIAL"],
  [undefined, undefined, "t.co", "ORGANIC_SOCIAL"],
  [undefined, undefined, "blog.example.org", "REFERRAL"],
  [undefined, undefined, "notgoogle-at-all.example", "REFERRAL"],
  [undefined, undefined, "checkout.stripe.com", null],
  ["google", "cpc", undefined, "PAID_SEARCH"],
  ["Google ", " CPC", "www.google.com", "PAID_SEARCH"],
  ["instagram", "cpc", undefined, "PAID_SOCIAL"],
  ["somewhere", "cpc", undefined, "OTHER"],
  [undefined, "cpc", "bing.com", "PAID_SEARCH"],
  ["x", "paid-social", undefined, "PAID_SOCIAL"],
  ["google", "sem", undefined, "PAID_SEARCH"],
  ["newsletter", "e-mail", undefined, "EMAIL"],
  ["newsletter", undefined, undefined, "EMAIL"],
  ["partner42", "affiliate", undefined, "AFFILIATE"],
  ["net", "display", undefined, "DISPLAY"],
  ["net", "cpm", undefined, "DISPLAY"],
  ["pinterest", "social", undefined, "ORGANIC_SOCIAL"],
  ["google", "organic", undefined, "ORGANIC_SEARCH"],
  ["facebook", undefined, undefined, "ORGANIC_SOCIAL"],
  ["a-friend", "referral", undefined, "REFERRAL"],
  ["leaflet", "qr", undefined, "OTHER"],
  ["leaflet", undefined, "www.google.com", "OTHER"],
] as const)("%s / %s from %s is %s", (source, medium, host, channel) => {
  expect(channelOf(source, medium, host)).toBe(channel);
});

test("nothing said is no touch; an empty touch is a direct visit", () => {
  expect(readTouch(undefined)).toEqual({ channel: null, source: null, medium: null, campaign: null, landing: null });
  expect(readTouch({ source: " \n", campaign: "", landing: "HOME" })).toEqual({ channel: "DIRECT", source: null, medium: null, campaign: null, landing: "HOME" });
});

test("what could name somebody is blotted out, and what could break a text is taken out", () => {
  const of = (campaign: string) => readTouch({ campaign }).campaign;
  expect(of("welcome-Ann.Smith@example.test")).toBe("[removed]");
  expect(of("call +44 20 7946 0958 now")).toBe("call [removed] now");
  expect(of("id 123456789012")).toBe("id [removed]");
  expect(of("u=6f0f7a3e-6c5f-4a2e-9a58-2f6a7c1e4b11")).toBe("u [removed]");
  expect(of("sale-2026-11-27")).toBe("sale-2026-11-27");
  expect(of("a\u0000b\ud800c\u202ed<script>")).toBe("a b c d script");
  expect(of("ÉTÉ—soldes")).toBe("été soldes");
});

test("texts are bounded, whatever was sent, and quickly", () => {
  for (const bad of ["x".repeat(100_000), "@".repeat(100_000), "a@".repeat(50_000), "1-".repeat(50_000), "é".repeat(100_000), "🪔".repeat(1_000)]) {
    const { source, medium, campaign } = readTouch({ source: bad, medium: bad, campaign: bad, referrerHost: bad });
    for (const text of [source, medium, campaign]) {
      expect([...(text ?? "")].length).toBeLessThanOrEqual(100);
      expect(text ?? "").not.toContain("@");
    }
  }
});

test("of where a visitor came from the host is kept alone", () => {
  const of = (referrerHost: string) => readTouch({ referrerHost }).source;
  expect(of("https://www.Blog.example.org:8443/ann?mail=ann@example.test#x")).toBe("blog.example.org");
  expect(of("127.0.0.1")).toBeNull();
  expect(of("ann@example.test")).toBeNull();
  expect(of("localhost")).toBeNull();
  expect(of(`${"a".repeat(120)}.example`)).toBeNull();
});

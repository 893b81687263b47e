import type { IncomingMessage } from "node:http";
import { expect, test } from "vitest";
import { clientReader } from "../http/client.ts";

const from = (remoteAddress: string, forwarded?: string, proxies: readonly string[] = []) =>
  clientReader(proxies)({ socket: { remoteAddress }, headers: forwarded === undefined ? {} : { "x-forwarded-for": forwarded } } as unknown as IncomingMessage).ip;

test("nobody's word about an address is believed where no proxy was named", () => {
  expect(from("203.0.113.9")).toBe("203.0.113.9");
  expect(from("203.0.113.9", "10.1.1.1")).toBe("203.0.113.9");
  expect(from("::ffff:203.0.113.9", "10.1.1.1")).toBe("203.0.113.9");
  expect(from("fe80::1%eth0")).toBe("fe80::1");
});

test("behind named proxies the client is the last address that none of them has", () => {
  const proxies = ["10.0.0.0/8", "2001:db8::1"];
  expect(from("10.0.0.1", "203.0.113.9", proxies)).toBe("203.0.113.9");
  expect(from("10.0.0.1", "1.1.1.1, 203.0.113.9, 10.9.9.9", proxies)).toBe("203.0.113.9");
  expect(from("2001:db8::1", "2001:db8::77", proxies)).toBe("2001:db8::77");
  expect(from("203.0.113.9", "1.1.1.1", proxies)).toBe("203.0.113.9");
  expect(from("10.0.0.1", "10.0.0.2, 10.0.0.3", proxies)).toBe("10.0.0.2");
});

test("what is written there by somebody who means no good stays text that nobody sees", () => {
  const proxies = ["10.0.0.1"];
  for (const forwarded of ["", "<script>", "203.0.113.9, unknown", "1.2.3.4:80, ' or 1=1", "999.1.1.1", `${"1.1.1.1,".repeat(5_000)}x`]) expect(from("10.0.0.1", forwarded, proxies), forwarded.slice(0, 40)).toBe("10.0.0.1");
  const read = clientReader([]);
  expect(read({ socket: {}, headers: { "user-agent": "x".repeat(10_000) } } as unknown as IncomingMessage)).toEqual({ userAgent: "x".repeat(300) });
});

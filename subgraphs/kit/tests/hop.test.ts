import { describe, expect, test } from "vitest";
import type { Clock } from "#platform/clock.ts";
import { HOP_WINDOW_MS, HopRefused, hopSigner, hopVerifier, newHopKey } from "../hop.ts";
import type { HopClaims } from "../hop.ts";

const START = Date.parse("2026-03-01T12:00:00Z");
const VIEWER = { userId: "01900000-0000-7000-8000-000000000001", roles: ["CUSTOMER"], vendorIds: [] } as const;
const BODY = Buffer.from('{"query":"{ me { id } }"}');

function setUp() {
  let now = START;
  const clock: Clock = { now: () => new Date(now) };
  const key = newHopKey("users-1");
  const sign = hopSigner("users", key, clock);
  const call = { body: BODY, viewer: VIEWER, requestId: "r-1", deadlineMs: 500 };
  return { clock, key, call, sign, verify: hopVerifier("users", [key], clock), advance: (ms: number) => { now += ms; } };
}

const rewrite = (header: string, change: (claims: HopClaims) => object): string => {
  const [claims = "", mac] = header.split(".");
  return `${Buffer.from(JSON.stringify(change(JSON.parse(Buffer.from(claims, "base64url").toString()) as HopClaims))).toString("base64url")}.${mac}`;
};

describe("the signed hop", () => {
  test("a signed call arrives with who asks and how long they wait", () => {
    const { sign, verify, call } = setUp();
    expect(verify(sign(call), BODY)).toMatchObject({ sub: "users", viewer: VIEWER, requestId: "r-1", deadlineMs: 500 });
  });

  test("every envelope works once", () => {
    const { sign, verify, call, advance } = setUp();
    const header = sign(call);
    verify(header, BODY);
    expect(() => verify(header, BODY)).toThrow("replayed");
    advance(HOP_WINDOW_MS - 1);
    expect(() => verify(header, BODY)).toThrow("replayed");
    expect(() => verify(sign(call), BODY)).not.toThrow();
  });

  test("a replay is known as long as its time would still be accepted, however the windows turn", () => {
    const { sign, verify, call, advance } = setUp();
    for (let round = 0; round < 20; round += 1) {
      advance(HOP_WINDOW_MS * 0.45);
      const header = sign(call);
      verify(header, BODY);
      advance(HOP_WINDOW_MS * 0.95);
      expect(() => verify(header, BODY)).toThrow("replayed");
    }
  });

  test("unsigned, malformed and foreign envelopes are refused", () => {
    const { sign, verify, call, clock, key } = setUp();
    const header = sign(call);
    const [claims = "", mac = ""] = header.split(".");
    const forged = [
      undefined, "", ".", "..", "a.b", claims, `${claims}.`, `.${mac}`, `${claims}.${mac.slice(0, -2)}`, `${claims}.${mac}x`, `${claims}.${"A".repeat(43)}`, "x".repeat(20_000),
      `${Buffer.from("null").toString("base64url")}.${mac}`, `${Buffer.from("[]").toString("base64url")}.${mac}`,
      hopSigner("users", newHopKey("users-1"), clock)(call),
      hopSigner("users", { ...key, id: "users-0" }, clock)(call),
    ];
    for (const each of forged) expect(() => verify(each, BODY), String(each).slice(0, 40)).toThrow(HopRefused);
  });

  test("a call for another subgraph is refused there, with the same key too", () => {
    const { sign, call, key, clock } = setUp();
    expect(() => hopVerifier("orders", [key], clock)(sign(call), BODY)).toThrow('meant for the subgraph "users"');
  });

  test("an altered body or altered claims are refused", () => {
    const { sign, verify, call } = setUp();
    expect(() => verify(sign(call), Buffer.from('{"query":"{ users { email } }"}'))).toThrow("altered");
    const changes: ((claims: HopClaims) => object)[] = [
      (claims) => ({ ...claims, viewer: { ...claims.viewer, roles: ["ADMIN"] } }),
      (claims) => ({ ...claims, viewer: { ...claims.viewer, userId: null } }),
      (claims) => ({ ...claims, nonce: "another" }),
      (claims) => ({ ...claims, ts: claims.ts + 1 }),
      (claims) => ({ ...claims, sub: "orders" }),
      (claims) => ({ ...claims, deadlineMs: 1e9 }),
      (claims) => ({ ...claims, extra: true }),
      (claims) => ({ ...claims, kid: undefined }),
    ];
    for (const change of changes) expect(() => verify(rewrite(sign(call), change), BODY)).toThrow(HopRefused);
  });

  test("calls from outside the time window are refused, on both sides", () => {
    const { sign, verify, call, advance } = setUp();
    const late = sign(call);
    advance(HOP_WINDOW_MS + 1);
    expect(() => verify(late, BODY)).toThrow("outside the time window");
    const early = sign(call);
    advance(-HOP_WINDOW_MS - 1);
    expect(() => verify(early, BODY)).toThrow("outside the time window");
  });

  test("what was signed before the receiver began could be a replay", () => {
    const { sign, call, advance, key, clock } = setUp();
    const header = sign(call);
    advance(10);
    expect(() => hopVerifier("users", [key], clock)(header, BODY)).toThrow("before this process began");
  });

  test("while one key replaces another both are accepted; short and missing keys never", () => {
    const { call, clock, key } = setUp();
    const next = newHopKey("users-2");
    const verify = hopVerifier("users", [key, next], clock);
    verify(hopSigner("users", key, clock)(call), BODY);
    verify(hopSigner("users", next, clock)(call), BODY);
    expect(() => hopVerifier("users", [])).toThrow(RangeError);
    expect(() => hopSigner("users", { id: "x", secret: "" })).toThrow(/shorter than 32 bytes/);
    expect(() => hopVerifier("users", [{ id: "x", secret: "c2hvcnQ" }])).toThrow(/shorter than 32 bytes/);
  });
});

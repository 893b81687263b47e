import { createHash, createHmac } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { HOP_HEADER, HOP_WINDOW_MS, hopSigner, type HopKey, newHopKey } from "#kit/hop.ts";
import { fixedClock } from "#platform/clock.ts";
import { forgedTokens } from "./fixtures/forgedTokens.ts";
import { testGateway, type TestGateway } from "./fixtures/harness.ts";

const { tokens, forged } = await forgedTokens();
const BODY = JSON.stringify({ query: '{ person(id: "p1") { secret } }' });
const ROOT = { userId: "01900000-0000-7000-8000-000000000009", roles: ["ADMIN"], vendorIds: [] } as const;

/** An envelope as somebody could try to make it, from the key of `people`, a good envelope that was not used, and one that was. */
type Envelope = (parts: { key: HopKey; goods: HopKey; fresh: string; used: string }) => string;
const sign = (key: HopKey, { subgraph = "people", body = BODY, at = Date.now() } = {}) => hopSigner(subgraph, key, fixedClock(new Date(at)))({ body, viewer: ROOT, requestId: "forged-0001", deadlineMs: 1_000 });
const claimsOf = (envelope: string): Record<string, unknown> => JSON.parse(Buffer.from(envelope.split(".")[0] ?? "", "base64url").toString()) as Record<string, unknown>;
/** Claims signed with the very key, where only their content is wrong. */
const resigned = (key: HopKey, claims: unknown, domain = "martgraph-hop-v1."): string => {
  const text = Buffer.from(JSON.stringify(claims)).toString("base64url");
  return `${text}.${createHmac("sha256", Buffer.from(key.secret, "base64url")).update(domain).update(text).digest("base64url")}`;
};
const without = (name: string): Envelope => ({ key, fresh }) => resigned(key, Object.fromEntries(Object.entries(claimsOf(fresh)).filter(([field]) => field !== name)));
const altered = (change: Record<string, unknown>): Envelope => ({ fresh }) => `${Buffer.from(JSON.stringify({ ...claimsOf(fresh), ...change })).toString("base64url")}.${fresh.split(".")[1]}`;

const ENVELOPES: Readonly<Record<string, Envelope>> = {
  "no claims": () => ".",
  "a bearer token": () => "Bearer x",
  "noise": () => "x".repeat(500),
  "a very long one": ({ fresh }) => `${"A".repeat(10_000)}${fresh}`,
  "used before": ({ used }) => used,
  "half a minute old": ({ key }) => sign(key, { at: Date.now() - HOP_WINDOW_MS - 1_000 }),
  "an hour old": ({ key }) => sign(key, { at: Date.now() - 3_600_000 }),
  "of the next half minute": ({ key }) => sign(key, { at: Date.now() + HOP_WINDOW_MS + 5_000 }),
  "from before the process began": ({ key }) => sign(key, { at: started - 1_000 }),
  "for another subgraph": ({ key }) => sign(key, { subgraph: "goods" }),
  "by another subgraph's key": ({ goods }) => sign(goods),
  "by another subgraph's key under this one's name": ({ key, goods }) => sign({ ...goods, id: key.id }),
  "by a key of one's own": () => sign(newHopKey("own")),
  "by a key of one's own under the right name": ({ key }) => sign(newHopKey(key.id)),
  "about another body": ({ key }) => sign(key, { body: BODY.replace("p1", "p2") }),
  "about an empty body": ({ key }) => sign(key, { body: "" }),
  "the viewer altered": altered({ viewer: { ...ROOT, userId: "01900000-0000-7000-8000-000000000001" } }),
  "the time altered": altered({ ts: Date.now() + 1 }),
  "the nonce altered": altered({ nonce: "AAAAAAAAAAAAAAAAAAAAAA" }),
  "a hash of another body put in": altered({ body: createHash("sha256").update("{}").digest("base64url") }),
  "the signature cut": ({ fresh }) => fresh.slice(0, -1),
  "the signature longer": ({ fresh }) => `${fresh}A`,
  "the signature padded": ({ fresh }) => `${fresh}=`,
  "the signature in another spelling": ({ fresh }) => `${fresh.slice(0, -1)}${spelling(fresh.slice(-1))}`,
  "no signature": ({ fresh }) => `${fresh.split(".")[0]}.`,
  "the signature alone": ({ fresh }) => `.${fresh.split(".")[1]}`,
  "claims in another spelling": ({ fresh }) => fresh.replace(".", "=."),
  "two envelopes": ({ fresh }) => `${fresh}, ${fresh}`,
  "signed for another purpose": ({ key, fresh }) => resigned(key, claimsOf(fresh), ""),
  "signed as another version": ({ key, fresh }) => resigned(key, claimsOf(fresh), "martgraph-hop-v0."),
  "no key id": without("kid"),
  "no time": without("ts"),
  "no nonce": without("nonce"),
  "no subgraph": without("sub"),
  "no hash of the body": without("body"),
  "no viewer": without("viewer"),
  "no request id": without("requestId"),
  "no deadline": without("deadlineMs"),
  "a viewer without roles": ({ key, fresh }) => resigned(key, { ...claimsOf(fresh), viewer: { userId: null } }),
  "claims that are a list": ({ key }) => resigned(key, []),
  "claims that are nothing": ({ key }) => resigned(key, null),
};
/** The next letter: of 43 letters for 32 bytes the last carries two bits that say nothing. */
const spelling = (letter: string): string => {
  const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  return letters.charAt(letters.indexOf(letter) ^ 1);
};
let started = 0;

test("the corpus holds at least sixty tokens and thirty envelopes, no two alike", () => {
  expect(new Set(Object.values(forged)).size).toBe(Object.keys(forged).length);
  expect(Object.keys(forged).length).toBeGreaterThanOrEqual(60);
  expect(Object.keys(ENVELOPES).length).toBeGreaterThanOrEqual(30);
});

describe("the gateway", () => {
  let gateway: TestGateway;
  beforeAll(async () => { gateway = await testGateway("inProcess", { tokens }); });
  afterAll(() => gateway.close());
  const DIARY = "{ me { id } person(id: \"p1\") { diary } }";

  test.each(Object.entries(forged))("refuses a token: %s", async (_name, token) => {
    const before = gateway.seen.length;
    for (const scheme of ["Bearer", "bearer"]) {
      const { status, headers, body } = await gateway.ask(DIARY, { headers: { authorization: `${scheme} ${token}` } });
      expect(status).toBe(401);
      expect(headers.get("www-authenticate")).toContain('error="invalid_token"');
      expect(body.data).toBeUndefined();
      expect(body.errors).toHaveLength(1);
      expect(body.errors?.[0]).toMatchObject({ extensions: { code: "UNAUTHENTICATED" } });
      expect(body.errors?.[0]?.message).toMatch(/^The access token (is not valid|has expired): log in again\.$|^The Authorization header must read /);
    }
    // No subgraph was even asked, and the good token is still good.
    expect(gateway.seen.length).toBe(before);
    expect((await gateway.ask(DIARY, { token: await tokens.token() })).body).toEqual({ data: { me: { id: "p1" }, person: { diary: "diary of p1" } } });
  });

  test.each(["", "Bearer", "Bearer ", "Basic YWRtaW46YWRtaW4=", "Token x", "Bearer a b", "Bearer \u00e9", "Bearer a,Bearer b"])("refuses a header: %j", async (authorization) => {
    expect((await gateway.ask(DIARY, { headers: { authorization } })).status).toBe(401);
  });

  test("takes nobody's word for who asks: envelopes and viewers in a client's headers are nothing", async () => {
    const key = newHopKey("people-1");
    const claimed: Record<string, string>[] = [
      { [HOP_HEADER]: sign(key, { body: JSON.stringify({ query: DIARY }) }) }, { [HOP_HEADER.toUpperCase()]: sign(key) }, { "x-viewer": JSON.stringify(ROOT) },
      { "x-forwarded-user": ROOT.userId }, { "x-user-id": ROOT.userId, "x-roles": "ADMIN" }, { cookie: `access_token=${await tokens.token({ claims: { roles: ["ADMIN"] } })}` },
    ];
    for (const headers of claimed) {
      const { status, body } = await gateway.ask(DIARY, { headers });
      expect(status).toBe(200);
      expect(body.data).toEqual({ me: null, person: { diary: null } });
      expect(gateway.seen.at(-1)?.viewer).toEqual({ userId: null, roles: [], vendorIds: [] });
    }
  });
});

describe("a subgraph's port", () => {
  let gateway: TestGateway;
  beforeAll(async () => {
    started = Date.now();
    gateway = await testGateway("remote", { tokens });
  });
  afterAll(() => gateway.close());
  const send = async (header?: string) => {
    const response = await fetch(gateway.endpoints["people"] ?? "", { method: "POST", body: BODY, headers: { "content-type": "application/json", ...(header === undefined ? {} : { [HOP_HEADER]: header }) } });
    return { status: response.status, body: (await response.json()) as unknown };
  };

  test.each(Object.entries(ENVELOPES))("refuses an envelope: %s", async (_name, make) => {
    const key = gateway.hopKeys["people"] as HopKey;
    const used = sign(key);
    expect(await send(used)).toEqual({ status: 200, body: { data: { person: { secret: "secret of p1" } } } });
    const fresh = sign(key);
    expect(await send(make({ key, goods: gateway.hopKeys["goods"] as HopKey, fresh, used }))).toEqual({ status: 401, body: { errors: [{ message: "unsigned call", extensions: { code: "UNAUTHENTICATED" } }] } });
    // What was tried with it has not used the good one up.
    expect((await send(fresh)).status).toBe(200);
  });

  test.each(Object.entries(forged).slice(0, 5))("refuses a token where an envelope belongs: %s", async (_name, token) => {
    expect((await send(token)).status).toBe(401);
    expect((await send()).status).toBe(401);
  });
});

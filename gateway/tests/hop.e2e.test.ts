import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { HOP_HEADER, hopSigner, newHopKey } from "#kit/hop.ts";
import { childEnvironment } from "#platform/config.ts";
import { SUBGRAPHS } from "../compose.ts";
import { testGateway } from "./fixtures/harness.ts";
import type { TestGateway } from "./fixtures/harness.ts";
import { tokenMaker } from "./fixtures/tokens.ts";

const ENTITIES = JSON.stringify({ query: 'query { _entities(representations: [{ __typename: "Person", id: "p1" }]) { ... on Person { name secret } } }' });
const ADMIN = { userId: "01900000-0000-7000-8000-000000000009", roles: ["ADMIN"], vendorIds: [] } as const;

describe("the port of a subgraph process", () => {
  let gateway: TestGateway;
  beforeAll(async () => { gateway = await testGateway("remote"); });
  afterAll(() => gateway.close());

  const send = async (subgraph: string, body: string, header?: string) => {
    const response = await fetch(gateway.endpoints[subgraph] ?? "", { method: "POST", body, headers: { "content-type": "application/json", ...(header === undefined ? {} : { [HOP_HEADER]: header }) } });
    return { status: response.status, text: await response.text() };
  };
  const keyOf = (subgraph: string) => gateway.hopKeys[subgraph] ?? newHopKey("missing");
  const sign = (subgraph: string, body: string, key = keyOf(subgraph)) => hopSigner(subgraph, key)({ body, viewer: ADMIN, requestId: "test-0001", deadlineMs: 1_000 });

  test("answers a signed call as the viewer that it names", async () => {
    expect(JSON.parse((await send("people", ENTITIES, sign("people", ENTITIES))).text)).toEqual({ data: { _entities: [{ name: "Ada", secret: "secret of p1" }] } });
  });

  test("refuses calls that are unsigned, replayed, redirected, altered or signed with another key, all alike", async () => {
    const used = sign("people", ENTITIES);
    expect((await send("people", ENTITIES, used)).status).toBe(200);
    const refused = [
      await send("people", ENTITIES),
      await send("people", ENTITIES, ""),
      await send("people", ENTITIES, "Bearer x"),
      await send("people", ENTITIES, used),
      await send("goods", ENTITIES, sign("people", ENTITIES)),
      await send("people", ENTITIES, sign("people", ENTITIES, keyOf("goods"))),
      await send("people", ENTITIES.replace("p1", "p2"), sign("people", ENTITIES)),
      await send("people", ENTITIES, sign("people", ENTITIES, newHopKey(keyOf("people").id))),
    ];
    for (const { status, text } of refused) {
      expect(status).toBe(401);
      expect(JSON.parse(text)).toEqual({ errors: [{ message: "unsigned call", extensions: { code: "UNAUTHENTICATED" } }] });
    }
  });

  test("says nothing else to anybody", async () => {
    const origin = new URL(gateway.endpoints["people"] ?? "").origin;
    const status = async (path: string, init?: RequestInit) => (await fetch(`${origin}${path}`, init)).status;
    expect(await status("/healthz")).toBe(200);
    expect(await status("/readyz")).toBe(200);
    expect(await status("/")).toBe(404);
    expect(await status("/graphql")).toBe(405);
    expect(await status("/graphql", { method: "POST", body: '{"query":"{ __schema { types { name } } }"}' })).toBe(401);
    const bad = "not json";
    expect((await send("people", bad, sign("people", bad))).status).toBe(400);
  });

  test("a signed call that does not fit the schema is masked", async () => {
    const body = JSON.stringify({ query: "{ hidden_column }" });
    const { status, text } = await send("people", body, sign("people", body));
    expect(status).toBe(200);
    expect(JSON.parse(text)).toEqual({ data: null, errors: [{ message: expect.stringMatching(/^Something went wrong on our side\. Incident /), extensions: { code: "INTERNAL", incidentId: expect.any(String) } }] });
  });
});

describe("a subgraph process that is away", () => {
  test("costs its own part only; the rest is answered, and all of it again once it is back", async () => {
    const gateway = await testGateway("remote", { limits: { subgraphMs: { default: 1_000 } } });
    const query = "{ goods(first: 2) { name views } }";
    expect((await gateway.ask(query)).body.errors).toBeUndefined();
    const { subgraphs, endpoints, hopKeys } = gateway;
    const { serveSubgraph } = await import("#kit/serve.ts");
    const { silentLog } = await import("#platform/log.ts");
    const insight = subgraphs.find(({ name }) => name === "insight");
    if (!insight) throw new Error("no insight");
    await gateway.stop("insight");
    const { status, body } = await gateway.ask(query);
    expect(status).toBe(200);
    expect(body.data).toEqual({ goods: [{ name: "Good 1", views: null }, { name: "Good 2", views: null }] });
    expect(body.errors).toEqual([{ message: "This part cannot be answered at the moment; try again shortly.", path: ["goods"], extensions: { code: "SUBGRAPH_UNAVAILABLE", retryAfter: 1 } }]);
    expect((await fetch(`${gateway.url}/readyz`)).status).toBe(503);

    const again = await serveSubgraph({ subgraph: insight, port: Number(new URL(endpoints["insight"] ?? "").port), hopKey: hopKeys["insight"] ?? newHopKey("x"), log: silentLog });
    expect((await gateway.ask(query)).body.data?.["goods"]).toEqual([{ name: "Good 1", views: 10 }, { name: "Good 2", views: 20 }]);
    await gateway.close();
    await again.close();
  });
});

describe("the gateway as a process", () => {
  test("announces itself, is alive but not ready without its subgraphs, answers what it can, and ends in order when asked", async () => {
    const tokens = await tokenMaker();
    const settings = {
      port: 0, host: "127.0.0.1", tokenPublicJwk: tokens.publicJwk,
      mode: { kind: "remote", endpoints: Object.fromEntries(SUBGRAPHS.map((name) => [name, "http://127.0.0.1:9/graphql"])), hopKeys: Object.fromEntries(SUBGRAPHS.map((name) => [name, newHopKey(`${name}-1`)])) },
    };
    const child = spawn(process.execPath, [join(import.meta.dirname, "..", "main.ts")], { env: childEnvironment({ MARTGRAPH_PROCESS: JSON.stringify(settings), MARTGRAPH_LOG_LEVEL: "silent" }), stdio: ["pipe", "pipe", "inherit"] });
    const exited = new Promise<number | null>((done) => child.once("exit", done));
    const [line] = (await once(child.stdout, "data")) as [Buffer];
    const { ready, url } = JSON.parse(String(line)) as { ready: boolean; url: string };
    expect(ready).toBe(true);
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    expect((await fetch(`${url}/readyz`)).status).toBe(503);
    const answer = await fetch(`${url}/graphql`, { method: "POST", headers: { "content-type": "application/json" }, body: '{"query":"{ me { id } product(id: \\"x\\") { id } }"}' });
    expect(await answer.json()).toMatchObject({ data: { me: null, product: null }, errors: [{ extensions: { code: "SUBGRAPH_UNAVAILABLE" } }, { extensions: { code: "SUBGRAPH_UNAVAILABLE" } }] });
    // The starter's life line: when it is gone, so is the gateway.
    child.stdin.end();
    expect(await exited).toBe(0);
  });
});

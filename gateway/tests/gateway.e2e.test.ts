import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { MODES, testGateway } from "./fixtures/harness.ts";
import type { TestGateway } from "./fixtures/harness.ts";

const WIDE = "{ goods(first: 3) { name views owner { name likes { name views } } similar(first: 2) { name views } } }";

describe.each(MODES)("the gateway, %s", (mode) => {
  let gateway: TestGateway;
  let token: string;
  beforeAll(async () => {
    gateway = await testGateway(mode, { limits: { subgraphMs: { default: 400 }, requestMs: 700 } });
    token = await gateway.tokens.token();
  });
  afterAll(() => gateway.close());

  test("answers over all subgraphs, the same each time: run plain first, compiled later", async () => {
    const answers = [];
    for (let round = 0; round < 5; round += 1) answers.push((await gateway.ask(WIDE)).body);
    expect(answers[0]?.errors).toBeUndefined();
    expect(answers[0]?.data?.["goods"]).toHaveLength(3);
    expect(answers[0]?.data?.["goods"][1]).toEqual({
      name: "Good 2", views: 20, owner: { name: "Grace", likes: [{ name: "Good 1", views: 10 }, { name: "Good 2", views: 20 }] },
      similar: [{ name: "Good 1", views: 10 }, { name: "Good 3", views: 30 }],
    });
    for (const answer of answers) expect(answer).toEqual(answers[0]);
  });

  test("asks for each entity once, however often it stands in the answer", async () => {
    gateway.counts["person"] = 0;
    await gateway.ask("{ goods(first: 20) { owner { name } } }");
    expect(gateway.counts["person"]).toBe(2);
  });

  test("names every place of a refused entity that stands in several", async () => {
    const { body } = await gateway.ask("{ goods(first: 4) { owner { id secret } } }", { token });
    expect(body.errors?.map(({ path }) => path?.join("."))).toEqual(expect.arrayContaining([0, 1, 2, 3].map((index) => `goods.${index}.owner.secret`)));
    expect(body.errors?.every(({ extensions, message }) => extensions["code"] === "FORBIDDEN" && Object.keys(extensions).length === 1 && message !== "")).toBe(true);
  });

  test("passes the verified viewer on, and nothing a client claims", async () => {
    await gateway.ask("{ goods(first: 1) { id } me { id } }", { token, headers: { "martgraph-hop": "forged", "x-viewer": "admin" } });
    expect(gateway.seen.at(-1)?.viewer).toEqual({ userId: "01900000-0000-7000-8000-000000000001", roles: ["CUSTOMER"], vendorIds: [] });
    await gateway.ask("{ goods(first: 1) { name } }");
    expect(gateway.seen.at(-1)?.viewer).toEqual({ userId: null, roles: [], vendorIds: [] });
  });

  test("runs a mutation and reads what it wrote", async () => {
    const changed = await gateway.ask('mutation { rename(id: "p2", name: "Hopper") { name likes { name } } }', { token });
    expect(changed.body).toEqual({ data: { rename: { name: "Hopper", likes: [{ name: "Good 1" }, { name: "Good 2" }] } } });
    expect((await gateway.ask('{ person(id: "p2") { name } }')).body.data).toEqual({ person: { name: "Hopper" } });
    await gateway.ask('mutation { rename(id: "p2", name: "Grace") { name } }', { token });
  });

  test("denies by default: a guest's mutation and a guest's look at guarded fields", async () => {
    const refused = await gateway.ask('mutation { rename(id: "p1", name: "X") { name } }');
    expect(refused.body.errors?.[0]?.extensions).toEqual({ code: "UNAUTHENTICATED" });
    const looked = await gateway.ask("{ goods(first: 1) { name owner { name diary } } }");
    expect(looked.body.data?.["goods"]).toEqual([{ name: "Good 1", owner: { name: "Ada", diary: null } }]);
    expect(looked.body.errors?.[0]).toMatchObject({ path: ["goods", 0, "owner", "diary"], extensions: { code: "UNAUTHENTICATED" } });
  });

  test("masks what broke under an incident id and passes what was written for the client", async () => {
    const { body, status } = await gateway.ask("{ broken refused goods(first: 1) { name fails } }");
    expect(status).toBe(200);
    expect(body.data).toEqual({ broken: null, refused: null, goods: [{ name: "Good 1", fails: null }] });
    const byPath = new Map(body.errors?.map((error) => [error.path?.join("."), error]));
    expect(byPath.get("refused")).toEqual({ message: "Give a better one.", path: ["refused"], extensions: { code: "BAD_USER_INPUT" } });
    for (const path of ["broken", "goods.0.fails"]) {
      const error = byPath.get(path);
      expect(error?.extensions).toEqual({ code: "INTERNAL", incidentId: expect.stringMatching(/^[0-9a-f-]{36}$/) });
      expect(JSON.stringify([error?.message, error?.extensions])).not.toMatch(/hidden|10\.0\.0\.7|file\.ts|stack|people|goods|insight|127\.0\.0\.1/);
    }
  });

  test("a late subgraph costs its own part only, and is told to stop", async () => {
    const startedAt = performance.now();
    const { body, status } = await gateway.ask("{ goods(first: 2) { name dawdle(ms: 5000) } }");
    expect(performance.now() - startedAt).toBeLessThan(2_000);
    expect(status).toBe(200);
    expect(body.data?.["goods"]).toEqual([{ name: "Good 1", dawdle: null }, { name: "Good 2", dawdle: null }]);
    expect(body.errors).toEqual([{ message: "This part was not answered in time.", path: ["goods"], extensions: { code: "TIMEOUT", retryAfter: 1 } }]);
    await expect.poll(() => gateway.seen.at(-1)?.signal.aborted, { timeout: 300 }).toBe(true);
  });

  test("a late root field names itself", async () => {
    const { body } = await gateway.ask("{ lazy: slow(ms: 5000) person(id: \"p1\") { name } }");
    expect(body.data).toEqual({ lazy: null, person: { name: "Ada" } });
    expect(body.errors?.map(({ path, extensions }) => [path, extensions["code"]])).toEqual([[["lazy"], "TIMEOUT"]]);
  });

  test("one deadline holds for all fetches of a request together", async () => {
    const startedAt = performance.now();
    const { body } = await gateway.ask("{ goods(first: 1) { dawdle(ms: 300) similar(first: 1) { name } owner { name likes { dawdle(ms: 350) } } } slow(ms: 350) }");
    expect(performance.now() - startedAt).toBeLessThan(1_500);
    expect(body.errors?.some(({ extensions }) => extensions["code"] === "TIMEOUT")).toBe(true);
  });

  test("equal queries of one identity in progress share one run; others and later ones do not", async () => {
    gateway.counts["slow"] = 0;
    const other = await gateway.tokens.token({ claims: { sub: "01900000-0000-7000-8000-000000000002" } });
    const query = "query Shared($ms: Int!) { slow(ms: $ms) }";
    const replies = await Promise.all([
      ...Array.from({ length: 5 }, () => gateway.ask(query, { variables: { ms: 150 }, token })),
      gateway.ask(query, { variables: { ms: 150 }, token: other }),
      gateway.ask(query, { variables: { ms: 151 }, token }),
    ]);
    expect(replies.every(({ body }) => body.data?.["slow"] === "done")).toBe(true);
    expect(gateway.counts["slow"]).toBe(3);
    expect(new Set(replies.map(({ headers }) => headers.get("x-request-id"))).size).toBe(7);
    await gateway.ask(query, { variables: { ms: 150 }, token });
    expect(gateway.counts["slow"]).toBe(4);
  });

  test("a query after a change does not join one from before it", async () => {
    gateway.counts["slow"] = 0;
    const ask = () => gateway.ask("{ slow(ms: 250) }", { token });
    const before = ask();
    await new Promise((done) => setTimeout(done, 50));
    await gateway.ask('mutation { rename(id: "p1", name: "Ada") { name } }', { token });
    await Promise.all([before, ask()]);
    expect(gateway.counts["slow"]).toBe(2);
  });

  test("a client that goes away ends its query, unless others wait for it too", async () => {
    const leaver = new AbortController();
    const left = gateway.ask("{ slow(ms: 320) }", { token, signal: leaver.signal }).catch(() => "gone");
    const stays = gateway.ask("{ slow(ms: 320) }", { token });
    await new Promise((done) => setTimeout(done, 60));
    leaver.abort();
    expect(await left).toBe("gone");
    expect((await stays).body.data).toEqual({ slow: "done" });

    const alone = new AbortController();
    const lonely = gateway.ask("{ slow(ms: 390) }", { token, signal: alone.signal }).catch(() => "gone");
    await new Promise((done) => setTimeout(done, 60));
    alone.abort();
    await lonely;
    await expect.poll(() => gateway.seen.at(-1)?.signal.aborted, { timeout: 300 }).toBe(true);
  });

  test("a change is carried through: it may take longer than a read, and its client may leave", async () => {
    const slow = await gateway.ask('mutation { rename(id: "p2", name: "Slow", ms: 500) { name } }', { token });
    expect(slow.body).toEqual({ data: { rename: { name: "Slow" } } });
    const leaver = new AbortController();
    const left = gateway.ask('mutation { rename(id: "p2", name: "Left", ms: 200) { name } }', { token, signal: leaver.signal }).catch(() => "gone");
    await new Promise((done) => setTimeout(done, 60));
    leaver.abort();
    expect(await left).toBe("gone");
    await expect.poll(async () => (await gateway.ask('{ person(id: "p2") { name } }')).body.data?.["person"].name, { timeout: 1_000 }).toBe("Left");
  });

  test("health is a matter of the process, readiness of the subgraphs", async () => {
    const status = async (path: string) => (await fetch(`${gateway.url}${path}`)).status;
    expect(await status("/healthz")).toBe(200);
    expect(await status("/readyz")).toBe(200);
    gateway.state.unready = true;
    await new Promise((done) => setTimeout(done, 1_100));
    expect(await status("/readyz")).toBe(503);
    expect(await status("/healthz")).toBe(200);
    gateway.state.unready = false;
    await new Promise((done) => setTimeout(done, 1_100));
    expect(await status("/readyz")).toBe(200);
  });

  test("counts requests, fetches and refusals", async () => {
    await gateway.ask("{ nope }");
    const text = await (await fetch(`${gateway.url}/metrics`)).text();
    expect(text).toMatch(/martgraph_gateway_fetch_seconds_count\{subgraph="goods",outcome="ok"\} \d+/);
    expect(text).toMatch(/martgraph_gateway_fetch_seconds_count\{subgraph="insight",outcome="timeout"\} \d+/);
    expect(text).toMatch(/martgraph_gateway_refusals_total\{code="GRAPHQL_VALIDATION_FAILED"\} \d+/);
  });
});

describe.each(MODES)("closing, %s", (mode) => {
  test("lets a request in progress end and takes no new one", async () => {
    const gateway = await testGateway(mode);
    const running = gateway.ask("{ slow(ms: 300) }");
    await new Promise((done) => setTimeout(done, 100));
    const closing = gateway.close();
    expect((await running).body.data).toEqual({ slow: "done" });
    await closing;
    await expect(gateway.ask("{ slow(ms: 1) }")).rejects.toThrow();
  });

  test("more requests than the limit are told to come back", async () => {
    const gateway = await testGateway(mode, { limits: { inFlight: 2 } });
    const replies = await Promise.all([200, 201, 202, 203].map((ms) => gateway.ask("query Q($ms: Int!) { slow(ms: $ms) }", { variables: { ms } })));
    const shed = replies.filter(({ status }) => status === 503);
    expect(shed).toHaveLength(2);
    expect(shed[0]?.headers.get("retry-after")).toBe("1");
    expect(shed[0]?.body.errors?.[0]?.extensions).toEqual({ code: "OVERLOADED" });
    await gateway.close();
  });
});

import { request } from "node:http";
import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { testGateway } from "./fixtures/harness.ts";
import type { TestGateway } from "./fixtures/harness.ts";

const JSON_TYPE = { "content-type": "application/json" };
const QUERY = JSON.stringify({ query: '{ person(id: "p1") { name } }' });

describe("HTTP", () => {
  let gateway: TestGateway;
  beforeAll(async () => { gateway = await testGateway("inProcess"); });
  afterAll(() => gateway.close());

  const send = async (path: string, options: RequestInit = {}) => {
    const response = await fetch(`${gateway.url}${path}`, options);
    const text = await response.text();
    return { status: response.status, headers: response.headers, text };
  };
  const post = (body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = JSON_TYPE) => send("/graphql", { method: "POST", body, headers });

  test.each([
    ["no JSON", "{", 400, /not valid JSON/],
    ["an empty body", "", 400, /not valid JSON/],
    ["a batch", "[]", 400, /batches are not accepted/],
    ["a batch of one", `[${QUERY}]`, 400, /batches are not accepted/],
    ["null", "null", 400, /must be a JSON object/],
    ["a text", '"{ me { id } }"', 400, /must be a JSON object/],
    ["no query", "{}", 400, /"query" must be/],
    ["a query that is no text", '{"query": {"a": 1}}', 400, /"query" must be/],
    ["an empty query", '{"query": "  "}', 400, /"query" must be/],
    ["variables that are a list", '{"query": "{ me { id } }", "variables": [1]}', 400, /"variables" must be an object/],
    ["variables that are a text", '{"query": "{ me { id } }", "variables": "{}"}', 400, /"variables" must be an object/],
    ["a name that is a number", '{"query": "{ me { id } }", "operationName": 1}', 400, /"operationName" must be a string/],
    ["extensions that are a text", '{"query": "{ me { id } }", "extensions": "x"}', 400, /"extensions" must be an object/],
    ["an unknown operation name", '{"query": "query A { me { id } }", "operationName": "B"}', 400, /no operation named "B"/],
    ["several operations without a name", '{"query": "query A { me { id } } query B { me { id } }"}', 400, /several operations/],
    ["a missing variable", '{"query": "query($id: ID!) { person(id: $id) { name } }"}', 400, /"\$id" of required type "ID!"/],
    ["a variable of the wrong type", '{"query": "query($id: ID!) { person(id: $id) { name } }", "variables": {"id": {"a": 1}}}', 400, /ID cannot represent/],
    ["the prototype in the variables", '{"query": "query($id: ID!) { person(id: $id) { name } }", "variables": {"id": "p1", "__proto__": {"admin": true}}}', 400, /__proto__/],
    ["a hundred thousand nested lists", `{"query": "{ me { id } }", "variables": {"x": ${"[".repeat(100_000)}${"]".repeat(100_000)}}}`, 400, /nest deeper/],
    ["an unknown field", '{"query": "{ nope }"}', 400, /Cannot query field/],
    ["a syntax error", '{"query": "{ me { "}', 400, /Syntax Error/],
  ])("a body that is %s is refused with a sentence", async (_name, body, status, message) => {
    const reply = await post(body);
    expect(reply.status).toBe(status);
    expect(reply.headers.get("content-type")).toBe("application/json; charset=utf-8");
    const { errors } = JSON.parse(reply.text) as { errors: { message: string; extensions: { code: string } }[] };
    expect(errors[0]?.message).toMatch(message);
    expect(errors[0]?.extensions.code).toMatch(/^[A-Z_]+$/);
    expect(reply.text).not.toMatch(/node_modules|at .*\.ts|stack/);
  });

  test.each([
    ["a form", { "content-type": "application/x-www-form-urlencoded" }],
    ["multipart", { "content-type": "multipart/form-data; boundary=x" }],
    ["plain text", { "content-type": "text/plain" }],
    ["application/graphql", { "content-type": "application/graphql" }],
    ["another character set", { "content-type": "application/json; charset=utf-16" }],
    ["a compressed body", { ...JSON_TYPE, "content-encoding": "gzip" }],
  ])("%s is refused with 415", async (_name, headers) => {
    expect((await post(QUERY, headers as Record<string, string>)).status).toBe(415);
  });

  test("a body without content type is refused, one with a character set of utf-8 is read", async () => {
    expect((await send("/graphql", { method: "POST", body: new Blob([QUERY]) })).status).toBe(415);
    expect((await post(QUERY, { "content-type": 'Application/JSON; charset="UTF-8"' })).status).toBe(200);
  });

  test("a body above the limit is refused with 413, announced or not", async () => {
    const large = JSON.stringify({ query: "{ me { id } }", variables: { x: "y".repeat(1_100_000) } });
    expect((await post(large)).status).toBe(413);
    const chunked = await new Promise<number>((done, failed) => {
      const call = request(`${gateway.url}/graphql`, { method: "POST", headers: JSON_TYPE }, (response) => { response.resume(); done(response.statusCode ?? 0); });
      call.on("error", failed);
      for (let index = 0; index < 15; index += 1) call.write("x".repeat(100_000));
      call.end();
    });
    expect(chunked).toBe(413);
    const endless = await new Promise<string>((done) => {
      const call = request(`${gateway.url}/graphql`, { method: "POST", headers: { ...JSON_TYPE, "content-length": "5000000000" } }, (response) => { response.resume(); done(String(response.statusCode)); });
      call.on("error", (error: NodeJS.ErrnoException) => done(error.code ?? "error"));
      call.write("x");
    });
    expect(endless).toBe("413");
    expect((await post(QUERY)).status).toBe(200);
  });

  test("GET answers queries that a foreign page could not have sent, and changes nothing", async () => {
    const path = `/graphql?query=${encodeURIComponent('query P($id: ID!) { person(id: $id) { name } }')}&variables=${encodeURIComponent('{"id":"p1"}')}`;
    const bare = await send(path);
    expect([bare.status, bare.text]).toEqual([400, expect.stringContaining("x-martgraph-csrf")]);
    for (const header of ["x-martgraph-csrf", "apollo-require-preflight", "x-apollo-operation-name"]) {
      expect(JSON.parse((await send(path, { headers: { [header]: "1" } })).text)).toEqual({ data: { person: { name: "Ada" } } });
    }
    const token = await gateway.tokens.token();
    const change = await send(`/graphql?query=${encodeURIComponent('mutation { rename(id: "p1", name: "X") { name } }')}`, { headers: { "x-martgraph-csrf": "1", authorization: `Bearer ${token}` } });
    expect([change.status, change.headers.get("allow")]).toEqual([405, "POST"]);
    expect((await send(`${path}&query=x`, { headers: { "x-martgraph-csrf": "1" } })).status).toBe(400);
    expect((await send("/graphql?query=%7Bme%7Bid%7D%7D&variables=%7B", { headers: { "x-martgraph-csrf": "1" } })).status).toBe(400);
  });

  test.each(["PUT", "DELETE", "PATCH", "OPTIONS"])("%s is answered 405 with what is allowed, and opens no door to other origins", async (method) => {
    const reply = await send("/graphql", { method, headers: { origin: "https://evil.example" } });
    expect([reply.status, reply.headers.get("allow"), reply.headers.get("access-control-allow-origin")]).toEqual([405, "GET, POST", null]);
    expect((await send("/", { method })).status).toBe(405);
  });

  test("answers in the type that the client accepts", async () => {
    expect((await post(QUERY, { ...JSON_TYPE, accept: "application/graphql-response+json, application/json;q=0.9" })).headers.get("content-type")).toBe("application/graphql-response+json; charset=utf-8");
    expect((await post(QUERY, { ...JSON_TYPE, accept: "*/*" })).headers.get("content-type")).toBe("application/json; charset=utf-8");
    expect((await post(QUERY, { ...JSON_TYPE, accept: "text/html" })).status).toBe(406);
  });

  test("a bad token is refused, not taken for a guest", async () => {
    const reply = await post(QUERY, { ...JSON_TYPE, authorization: "Bearer not.a.token" });
    expect([reply.status, reply.headers.get("www-authenticate")]).toEqual([401, expect.stringContaining("Bearer")]);
    expect(JSON.parse(reply.text)).toEqual({ errors: [{ message: "The access token is not valid: log in again.", extensions: { code: "UNAUTHENTICATED" } }] });
  });

  test("every answer carries a request id: the client's if it is one, else a new one", async () => {
    expect((await post(QUERY, { ...JSON_TYPE, "x-request-id": "client-0001" })).headers.get("x-request-id")).toBe("client-0001");
    for (const bad of ["short", "a".repeat(65), "with space in it", "<script>alert</script>"]) {
      expect((await post(QUERY, { ...JSON_TYPE, "x-request-id": bad })).headers.get("x-request-id")).toMatch(/^[0-9a-f-]{36}$/);
    }
    expect((await send("/nope")).headers.get("x-request-id")).toMatch(/^[0-9a-f-]{36}$/);
  });

  test("bytes that are no HTTP get a 400 and the server goes on", async () => {
    const answer = await new Promise<string>((done) => {
      const socket = connect(Number(new URL(gateway.url).port), "127.0.0.1", () => socket.write("GARBAGE\r\n\r\n"));
      let text = "";
      socket.on("data", (chunk) => { text += String(chunk); });
      socket.on("close", () => done(text));
      socket.on("error", () => done(text));
    });
    expect(answer).toMatch(/^HTTP\/1\.1 400/);
    expect((await post(QUERY)).status).toBe(200);
  });

  test("introspection is answered, the second time from memory", async () => {
    const body = JSON.stringify({ query: "{ __schema { types { name } } }" });
    const first = await post(body);
    expect(JSON.parse(first.text).data.__schema.types.length).toBeGreaterThan(10);
    expect((await post(body)).text).toBe(first.text);
    expect(JSON.parse((await post('{"query": "{ __typename }"}')).text)).toEqual({ data: { __typename: "Query" } });
  });

  test("GraphiQL and all it loads come from here, under a policy that allows nothing else", async () => {
    const page = await send("/", { headers: { accept: "text/html" } });
    expect([page.status, page.headers.get("content-type")]).toEqual([200, "text/html; charset=utf-8"]);
    const policy = page.headers.get("content-security-policy") ?? "";
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self'");
    expect(policy).not.toMatch(/https?:|unsafe-eval|script-src[^;]*unsafe-inline/);
    const loads = [...page.text.matchAll(/(?:src|href)="([^"]+)"/g)].map((match) => match[1] ?? "").filter((path) => !path.startsWith("data:"));
    expect(loads.length).toBeGreaterThanOrEqual(6);
    for (const path of loads) {
      expect(path).toMatch(/^\/graphiql\//);
      const file = await send(path);
      expect([path, file.status, file.headers.get("x-content-type-options")]).toEqual([path, 200, "nosniff"]);
      expect(file.text.length).toBeGreaterThan(100);
    }
    expect(page.text).not.toMatch(/<script>|<script [^>]*>[^<]|style=|onclick=/);
  });

  test("GraphiQL offers example operations for every role", async () => {
    const examples = JSON.parse((await send("/graphiql/operations.json")).text) as { role: string; query: string; shows: string; variables: string }[];
    expect(new Set(examples.map(({ role }) => role))).toEqual(new Set(["GUEST", "CUSTOMER", "VENDOR", "SUPPORT", "ANALYST", "ADMIN"]));
    for (const { query, shows, variables } of examples) {
      expect(query).toMatch(/^(query|mutation) /);
      expect(shows.length).toBeGreaterThan(10);
      if (variables) JSON.parse(variables);
    }
  });

  test.each(["/graphiql/../package.json", "/graphiql/%2e%2e/package.json", "/graphiql/app.js/", "/__proto__", "/constructor", "//etc/passwd", "/graphiql/graphiql.js"])("%s is nothing", async (path) => {
    const status = await new Promise<number>((done, failed) => {
      const { hostname, port } = new URL(gateway.url);
      request({ hostname, port, path }, (response) => { response.resume(); done(response.statusCode ?? 0); }).on("error", failed).end();
    });
    expect(status).toBe(404);
  });
});

import { buildSchema, GraphQLError } from "graphql";
import { afterEach, describe, expect, test } from "vitest";
import { GUEST } from "#kit/viewer.ts";
import { silentLog } from "#platform/log.ts";
import { answerer } from "../answer.ts";
import { documentStore } from "../documents.ts";
import { MaskedError } from "../execute.ts";
import type { Executor } from "../execute.ts";
import { startGraphQLServer } from "../graphqlServer.ts";
import type { GraphQLServer } from "../graphqlServer.ts";
import { DEFAULT_LIMITS } from "../limits/limits.ts";
import type { Asked } from "../request.ts";

const SDL = "type Query { a(x: Int): String b: String } type Mutation { change: Int }";
const JSON_POST: Asked = { viewer: GUEST, requestId: "test-0001", gone: new AbortController().signal, method: "POST", headers: new Map([["content-type", "application/json"]]) };

/** Apollo Server over an executor that is not a gateway: what is its own, and what it leaves to us. */
describe("the GraphQL server", () => {
  let server: GraphQLServer;
  const order: string[] = [];
  const started = async (execute: Executor, served: { sdl: string; tokens: number } = { sdl: SDL, tokens: DEFAULT_LIMITS.tokens }) => {
    order.length = 0;
    const documents = documentStore(buildSchema(SDL), DEFAULT_LIMITS);
    server = await startGraphQLServer({
      schema: buildSchema(served.sdl), supergraphSdl: served.sdl, documents, limits: { ...DEFAULT_LIMITS, tokens: served.tokens }, execute, log: silentLog,
      drain: async () => void order.push("drained"), closed: async () => void order.push("closed"),
    });
    return answerer(server, documents, DEFAULT_LIMITS);
  };
  const ask = (query: string, variables = {}) => ({ query, operationName: undefined, variables });
  afterEach(() => server.stop());

  test("does not parse or validate what we have parsed and validated", async () => {
    // Were it to parse, it would stop at the second token; were it to validate, it would not know the field.
    const answer = await started(async () => ({ outcome: "ok", result: { data: { a: "1" } } }), { sdl: "type Query { other: Int }", tokens: 1 });
    for (const query of ["{ a(x: 1) }", "{ a(x: 2) }", "{ a(x: 1) }"]) expect(await answer(ask(query), JSON_POST)).toMatchObject({ status: 200, body: '{"data":{"a":"1"}}', outcome: "ok" });
  });

  test("gives the executor the client's variables, and the answer's errors as they were masked", async () => {
    const error = new MaskedError({ message: "Later.", path: ["a"], extensions: { code: "TIMEOUT", retryAfter: 1 } });
    const seen: unknown[] = [];
    const answer = await started(async (_call, variables) => {
      seen.push(variables);
      return { outcome: "partial", result: { errors: [error], data: { a: null } } };
    });
    const { status, body, outcome } = await answer(ask("query($x: Int) { a(x: $x) }", { x: 2 }), JSON_POST);
    expect([status, outcome, body]).toEqual([200, "partial", '{"errors":[{"message":"Later.","path":["a"],"extensions":{"code":"TIMEOUT","retryAfter":1}}],"data":{"a":null}}']);
    expect(seen).toEqual([{ x: 2 }]);
  });

  test("an executor that throws is answered 500 under an incident id, and nothing of it is told", async () => {
    for (const broken of [new Error("secret"), new GraphQLError("secret"), new GraphQLError("secret", { originalError: new Error("secret"), extensions: { code: "X", secret: 1 } })]) {
      const answer = await started(async () => { throw broken; });
      const { status, body, outcome } = await answer(ask("{ b }"), JSON_POST);
      expect([status, outcome]).toEqual([500, "failed"]);
      expect((JSON.parse(body) as { errors: object[] }).errors).toEqual([{ message: expect.stringMatching(/Incident [0-9a-f-]{36}/), extensions: { code: "INTERNAL", incidentId: expect.any(String) } }]);
      expect(body).not.toMatch(/secret|stack/);
      await server.stop();
    }
  });

  test("holds a second bar against requests that a foreign page could send", async () => {
    const answer = await started(async () => ({ outcome: "ok", result: { data: { b: "1" } } }));
    const get: Asked = { ...JSON_POST, method: "GET", headers: new Map() };
    const refused = await answer(ask("{ b }"), get);
    expect([refused.status, refused.body]).toEqual([400, expect.stringContaining("CSRF")]);
    expect(await answer(ask("{ b }"), { ...JSON_POST, headers: new Map([["content-type", "text/plain"]]) })).toMatchObject({ status: 400 });
    expect(await answer(ask("{ b }"), { ...get, headers: new Map([["x-martgraph-csrf", "1"]]) })).toMatchObject({ status: 200, body: '{"data":{"b":"1"}}' });
    await expect(answer(ask("mutation { change }"), get)).rejects.toMatchObject({ status: 405 });
  });

  test("stops once: drains, then closes what it stood on", async () => {
    await started(async () => ({ outcome: "ok", result: { data: {} } }));
    await Promise.all([server.stop(), server.stop()]);
    expect(order).toEqual(["drained", "closed"]);
  });
});

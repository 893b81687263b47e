import type { GraphQLDataSource } from "@apollo/gateway";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Viewer } from "#kit/viewer.ts";
import { GUEST } from "#kit/viewer.ts";
import { silentLog } from "#platform/log.ts";
import { composeSupergraph } from "../compose.ts";
import { chooseOperation, documentStore } from "../documents.ts";
import type { DocumentStore } from "../documents.ts";
import { formatError } from "../errors.ts";
import { loadFederation } from "../federation.ts";
import type { Federation } from "../federation.ts";
import { inProcessTransport } from "../fetch/inProcess.ts";
import { dataSource } from "../fetch/source.ts";
import { DEFAULT_LIMITS } from "../limits/limits.ts";
import { gatewayMetrics } from "../metrics.ts";
import { compilePlan } from "../runner/runPlan.ts";
import { FIXTURE_SDL, fixtures } from "./fixtures/subgraphs.ts";

const ADA: Viewer = { userId: "01900000-0000-7000-8000-000000000001", roles: ["CUSTOMER"], vendorIds: [] };
const supergraphSdl = composeSupergraph(FIXTURE_SDL).supergraphSdl;
const metrics = gatewayMetrics();

interface Graph { federation: Federation; documents: DocumentStore; asked: string[] }

/** The fixture graph; `answer` takes the place of what a subgraph says. */
async function graph(ownRunner: boolean, answer?: (subgraph: string, query: string) => unknown): Promise<Graph> {
  const { subgraphs } = fixtures();
  const asked: string[] = [];
  const sourceOf = (name: string): GraphQLDataSource => {
    const subgraph = subgraphs.find((one) => one.name === name);
    if (!subgraph) throw new Error(name);
    const real = dataSource(name, inProcessTransport(subgraph, silentLog), { ...DEFAULT_LIMITS, subgraphMs: { default: 100 } }, metrics);
    return {
      async process(options) {
        asked.push(`${name} ${JSON.stringify(options.request)}`);
        const planted = answer?.(name, options.request.query ?? "");
        return planted === undefined ? real.process(options) : (planted as never);
      },
    };
  };
  const federation = await loadFederation(supergraphSdl, sourceOf, silentLog, { ownRunner });
  return { federation, documents: documentStore(federation.schema, DEFAULT_LIMITS), asked };
}

/** What a client gets of it; incidents have new ids each time. */
async function run({ federation, documents }: Graph, query: string, variables: Record<string, unknown>, viewer: Viewer): Promise<unknown> {
  const prepared = documents.prepare(query);
  const operation = chooseOperation(prepared, undefined);
  const context = { viewer, requestId: "test-0001", signal: new AbortController().signal, deadlineAt: performance.now() + 2_000, mutation: operation.node.operation === "mutation", fresh: false, log: silentLog };
  const { data, errors } = await federation.run({ query, operationName: undefined, variables: { ...variables, ...prepared.literals } }, prepared, operation, context);
  const shown = errors?.map((error) => JSON.stringify(formatError(error, "test-0001", silentLog)).replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/g, "INCIDENT")).sort();
  return JSON.parse(JSON.stringify({ data, errors: shown?.map((text) => JSON.parse(text) as unknown) })) as unknown;
}

const QUERIES: readonly (readonly [name: string, query: string, variables?: Record<string, unknown>])[] = [
  ["one subgraph", "{ goods(first: 3) { id name } }"],
  ["three subgraphs, nested entities", "{ goods(first: 5) { name views owner { name likes { name views owner { name } } } similar(first: 2) { name views } } }"],
  ["keys that the client does not want", "{ goods(first: 2) { views } }"],
  ["a union, with and without asking for its type", "{ things { ... on Note { text } ... on Good { name views } } again: things { __typename ... on Note { words: text } } }"],
  ["aliases, fragments, merged fields", "{ a: goods(first: 2) { ...G ...H } b: goods(first: 1) { x: name y: name id } } fragment G on Good { id owner { id } } fragment H on Good { owner { who: name likes { id } } }"],
  ["the names of types", "{ __typename goods(first: 1) { __typename owner { kind: __typename name } } }"],
  ["variables with a default", "query Q($n: Int = 2, $ms: Int!) { goods(first: $n) { id dawdle(ms: $ms) } }", { ms: 1 }],
  ["a variable of the wrong type", "query Q($n: Int) { goods(first: $n) { id } }", { n: "many" }],
  ["a variable that is missing", "query Q($ms: Int!) { slow(ms: $ms) }", {}],
  ["errors of all kinds, deep in lists", "{ broken refused goods(first: 3) { name fails owner { name diary secret } similar(first: 2) { fails name } } }"],
  ["a subgraph that is late", "{ goods(first: 2) { name dawdle(ms: 900) views } slow(ms: 900) }"],
  ["nothing found", '{ person(id: "p9") { name likes { name } } }'],
  ["a mutation", 'mutation { rename(id: "p2", name: "Grace") { name likes { name } } again: rename(id: "p9", name: "X") { name } }'],
  ["directives, which are the library's", "query Q($yes: Boolean!) { goods(first: 2) { id @skip(if: $yes) name ... @include(if: $yes) { views } } }", { yes: true }],
  ["the schema, which is the library's", "{ __schema { queryType { name } } goods(first: 1) { id } }"],
  ["names that an object has of itself", "{ goods(first: 1) { valueOf: name toString: views hasOwnProperty: id } }"],
];

describe("our runner against the gateway library's", () => {
  let [library, ours] = [undefined, undefined] as unknown as [Graph, Graph];
  beforeAll(async () => { [library, ours] = await Promise.all([graph(false), graph(true)]); });
  afterAll(() => Promise.all([library.federation.close(), ours.federation.close()]));

  test.each(QUERIES.map(([name, query, variables = {}]) => ({ name, query, variables })))("$name: the same data, the same errors, the same fetches", async ({ query, variables }) => {
    for (const viewer of [GUEST, ADA]) {
      // The first run is the library's in both: it plans.
      for (let round = 0; round < 4; round += 1) {
        library.asked.length = ours.asked.length = 0;
        const expected = await run(library, query, variables, viewer);
        expect(await run(ours, query, variables, viewer)).toEqual(expected);
        expect(ours.asked.toSorted()).toEqual(library.asked.toSorted());
      }
    }
  });

  test("keys stand in the order of the query", async () => {
    const query = "{ goods(first: 1) { views name owner { likes { name } id } id } }";
    const keys = (text: unknown) => JSON.stringify(text);
    await run(ours, query, {}, GUEST);
    expect(keys(await run(ours, query, {}, GUEST))).toBe(keys(await run(library, query, {}, GUEST)));
  });
});

describe("a subgraph that breaks its contract", () => {
  const BROKEN: readonly (readonly [name: string, query: string, answer: (subgraph: string, query: string) => unknown])[] = [
    ["null where the schema forbids it: the nearest null that it allows", "{ goods(first: 2) { id name } }", (name) => (name === "goods" ? { data: { goods: [{ id: "g1", name: null }, { id: "g2", name: "two" }] } } : undefined)],
    ["the same below something that may be null", '{ person(id: "p1") { id name likes { id name } } }', (name) => (name === "insight" ? { data: { _entities: [{ likes: [{ __typename: "Good", id: null }] }] } } : undefined)],
    ["a key that is missing", "{ goods(first: 1) { id owner { name } } }", (name, query) => (name === "goods" && query.includes("goods") ? { data: { goods: [{ id: "g1", owner: { __typename: "Person" } }] } } : undefined)],
    ["a value of the wrong kind", "{ goods(first: 1) { id views } }", (name) => (name === "insight" ? { data: { _entities: [{ views: "many" }] } } : undefined)],
    ["a type that is none", "{ things { ... on Note { text } ... on Good { id } } }", (name) => (name === "goods" ? { data: { things: [{ __typename: "Ghost" }] } } : undefined)],
    ["no data at all", "{ goods(first: 1) { id } broken }", (name) => (name === "goods" ? { data: null, errors: [{ message: "", extensions: {} }] } : undefined)],
    ["fewer entities than were asked for", "{ goods(first: 2) { id views } }", (name) => (name === "insight" ? { data: { _entities: [{ views: 1 }] } } : undefined)],
    ["an entity that is gone", "{ goods(first: 2) { id views } }", (name) => (name === "insight" ? { data: { _entities: [null, { views: 1 }] } } : undefined)],
    ["more than was asked for", "{ goods(first: 1) { id } }", (name) => (name === "goods" ? { data: { goods: [{ id: "g1", name: "kept back" }], secret: 1 } } : undefined)],
  ];

  test.each(BROKEN)("%s", async (_name, query, answer) => {
    const [library, ours] = await Promise.all([graph(false, answer), graph(true, answer)]);
    const expected = (await run(library, query, {}, GUEST)) as { data: unknown; errors?: { message: string; extensions: { code: string } }[] };
    for (let round = 0; round < 2; round += 1) {
      const given = (await run(ours, query, {}, GUEST)) as typeof expected;
      expect(given.data).toEqual(expected.data);
      expect(given.errors?.map(({ extensions }) => extensions.code)).toEqual(expected.errors?.map(({ extensions }) => extensions.code));
    }
    await Promise.all([library.federation.close(), ours.federation.close()]);
  });

  test("plans with rewrites are left to the library", async () => {
    const { federation: { schema, close }, documents } = await graph(true);
    const operation = chooseOperation(documents.prepare("{ goods(first: 1) { id } }"), undefined).node;
    const compiled = (extra: object) => compilePlan({ kind: "QueryPlan", node: { kind: "Fetch", serviceName: "goods", operation: "{ goods { id } }", operationName: undefined, operationKind: "query", ...extra } } as never, {
      schema, operation, fragments: new Map(), sourceOf: () => ({ process: async () => ({ data: {} }) }),
    });
    expect(compiled({})).toBeTypeOf("function");
    expect(compiled({ outputRewrites: [{ kind: "KeyRenamer", path: ["a"], renameKeyTo: "b" }] })).toBeUndefined();
    await close();
  });
});

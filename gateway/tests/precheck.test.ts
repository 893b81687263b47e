import { buildSubgraphSchema } from "@apollo/subgraph";
import { parse } from "graphql";
import { beforeAll, describe, expect, test } from "vitest";
import { allow, anyOf, authenticated, type Guards, guardSchema, listRules, permission, when } from "#kit/guard.ts";
import type { Subgraph } from "#kit/subgraph.ts";
import { GUEST, type Viewer } from "#kit/viewer.ts";
import { silentLog } from "#platform/log.ts";
import { withPrecheck } from "../access/precheck.ts";
import { type RootRules, writeRootRules } from "../access/rootRules.ts";
import { composeSupergraph } from "../compose.ts";
import { chooseOperation, documentStore, type DocumentStore } from "../documents.ts";
import { formatError } from "../errors.ts";
import { type Federation, loadFederation } from "../federation.ts";
import { inProcessTransport } from "../fetch/inProcess.ts";
import { dataSource } from "../fetch/source.ts";
import { DEFAULT_LIMITS } from "../limits/limits.ts";
import { gatewayMetrics } from "../metrics.ts";

const LINK = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@shareable"])\n';
const SDL = {
  shop: `${LINK} type Query { things(first: Int = 2): [Thing!]! orders(ids: [ID!]): [Thing!] ledger: Int! note(text: String): String mine: String } type Mutation { buy(id: ID!): Thing! refund(id: ID!): Thing! cancel(id: ID!): Thing }
    type Thing @key(fields: "id") { id: ID! name: String secret: String }`,
  lab: `${LINK} type Query { scores: [Int!] builds: Int! } type Thing @key(fields: "id") { id: ID! score: Int }`,
} as const;
const GUARDS: Record<keyof typeof SDL, Guards> = {
  shop: {
    Query: { things: allow, orders: permission("orders.read"), ledger: permission("audit.read"), note: authenticated, mine: anyOf(when("the person", () => true), permission("audit.read")) },
    Mutation: { buy: allow, refund: permission("refunds.create"), cancel: anyOf(permission("orders.cancel"), permission("refunds.create")) }, Thing: { id: allow, name: allow, secret: permission("audit.read") },
  },
  lab: { Query: { scores: permission("metrics.read"), builds: permission("quality.read") }, Thing: allow },
};
const thing = (id: string) => ({ __typename: "Thing", id, name: `Thing ${id}`, secret: "s", score: 7 });
const ran: string[] = [];
const field = (name: string, value: (args: { id: string }) => unknown) => [name, (_root: unknown, args: { id: string }) => (ran.push(name), value(args))] as const;
const RESOLVERS = {
  shop: {
    Query: Object.fromEntries([field("things", () => [thing("1"), thing("2")]), field("orders", () => [thing("3")]), field("ledger", () => 5), field("note", () => "a note"), field("mine", () => "mine")]),
    Mutation: Object.fromEntries(["buy", "refund", "cancel"].map((name) => field(name, ({ id }) => thing(id)))),
    Thing: { __resolveReference: ({ id }: { id: string }) => thing(id) },
  },
  lab: { Query: Object.fromEntries([field("scores", () => [1]), field("builds", () => 2)]), Thing: { __resolveReference: ({ id }: { id: string }) => thing(id) } },
};

function subgraphOf(name: keyof typeof SDL): Subgraph {
  const schema = guardSchema(name, buildSubgraphSchema([{ typeDefs: parse(SDL[name]), resolvers: RESOLVERS[name] as never }]), GUARDS[name]);
  return { name, sdl: SDL[name], schema, contextFor: (request) => request, ready: async () => {}, close: async () => {} };
}

const viewer = (...roles: Viewer["roles"]): Viewer => ({ userId: "01900000-0000-7000-8000-000000000001", roles, vendorIds: [] });
const VIEWERS: Record<string, Viewer> = {
  GUEST, CUSTOMER: viewer("CUSTOMER"), SUPPORT: viewer("SUPPORT"), ANALYST: viewer("ANALYST"), ADMIN: viewer("ADMIN"), "a CUSTOMER in a group": { ...viewer("CUSTOMER"), permissions: ["orders.read"] },
};

let plain: Federation;
let checked: Federation;
let documents: DocumentStore;
const fetches: string[] = [];
beforeAll(async () => {
  const subgraphs = (Object.keys(SDL) as (keyof typeof SDL)[]).map(subgraphOf);
  const metrics = gatewayMetrics();
  const make = () => loadFederation(composeSupergraph(subgraphs).supergraphSdl, (name) => {
    const real = dataSource(name, inProcessTransport(subgraphs.find((one) => one.name === name) as Subgraph, silentLog), DEFAULT_LIMITS, metrics);
    return { process: (options) => (fetches.push(name), real.process(options)) };
  }, silentLog);
  plain = await make();
  const rules: RootRules = new Map(Object.entries(JSON.parse(writeRootRules(subgraphs.map(({ name, schema }) => ({ rules: listRules(name, schema, GUARDS[name as keyof typeof SDL]) })))) as object));
  checked = withPrecheck(await make(), rules);
  documents = documentStore(plain.schema, DEFAULT_LIMITS);
});

async function run(federation: Federation, query: string, who: Viewer, variables: Record<string, unknown> = {}) {
  const prepared = documents.prepare(query);
  const operation = chooseOperation(prepared, undefined);
  const context = { viewer: who, requestId: "test-0001", signal: new AbortController().signal, deadlineAt: performance.now() + 2_000, mutation: operation.node.operation === "mutation", fresh: false, log: silentLog };
  const [at, from] = [fetches.length, ran.length];
  const { data, errors } = await federation.run({ query, operationName: undefined, variables: { ...variables, ...prepared.literals } }, prepared, operation, context);
  const shown = errors?.map((error) => JSON.stringify(formatError(error, "test-0001", silentLog))).sort();
  return { answer: JSON.stringify({ data, errors: shown?.map((text) => JSON.parse(text) as unknown) }), fetches: fetches.slice(at), ran: ran.slice(from).sort() };
}

describe("the check before planning", () => {
  test.each<[string, Record<string, unknown>?]>([
    ["{ things { id name score } }"],
    ["{ orders { id } }"],
    ["{ ledger }"],
    ["{ orders { id } things { id score } }"],
    ["{ things { id } orders { id name } scores note }"],
    ["query ($ids: [ID!]) { a: orders(ids: $ids) { id } b: note(text: \"x\") c: things(first: 1) { name } }", { ids: ["1"] }],
    ["query ($n: Int!) { scores things(first: $n) { ...T } orders { ...O } } fragment T on Thing { id name } fragment O on Thing { id secret }", { n: 1 }],
    ["{ x: note y: note note }"],
    ["{ things { id secret } mine }"],
    ["{ ...Q } fragment Q on Query { orders { id } note }"],
    ["query ($no: Boolean!) { orders @skip(if: $no) { id } note }", { no: true }],
    ["query ($no: Boolean!) { orders @skip(if: $no) { id } note }", { no: false }],
    ["{ orders { id } orders { name } note }"],
    ["{ __typename orders { id } }"],
    ["query ($n: Int!) { orders { id } things(first: $n) { id } }", { n: "many" }],
    ["mutation { buy(id: 1) { id } refund(id: 2) { id } }"],
    ["mutation { refund(id: 2) { id name } }"],
    ["mutation { cancel(id: 2) { id } }"],
    ["mutation { a: cancel(id: 2) { id } b: cancel(id: 3) { id } }"],
    ["mutation { a: cancel(id: 2) { id } b: refund(id: 3) { id } }"],
  ])("gives the same answer to everybody as without it, and runs the same: %s", async (query, variables) => {
    for (const [name, who] of Object.entries(VIEWERS)) {
      // Twice: the first run of a plan is the library's, further ones are our runner's.
      for (let round = 0; round < 2; round += 1) {
        const [before, after] = [await run(plain, query, who, variables), await run(checked, query, who, variables)];
        expect(after.answer, name).toBe(before.answer);
        expect(after.ran, name).toEqual(before.ran);
      }
    }
  });

  test("asks no subgraph for what the viewer cannot have", async () => {
    const customer = VIEWERS["CUSTOMER"] as Viewer;
    for (const query of ["{ orders { id } scores }", "{ ledger }", "mutation { refund(id: 2) { id } }", "{ things { id score } ledger }"]) {
      expect((await run(plain, query, customer)).fetches.length, query).toBeGreaterThan(0);
      expect((await run(checked, query, customer)).fetches, query).toEqual([]);
    }
    expect((await run(checked, "{ scores things { id } }", customer)).fetches).toEqual(["shop"]);
    expect((await run(checked, "{ scores things { id } }", VIEWERS["ANALYST"] as Viewer)).fetches.sort()).toEqual(["lab", "shop"]);
  });

  test("leaves to the subgraph what depends on the object", async () => {
    expect((await run(checked, "{ mine }", GUEST)).answer).toBe('{"data":{"mine":"mine"}}');
  });

  test("does not take an answer's key for more than a key", async () => {
    for (const key of ["toString", "hasOwnProperty", "valueOf"]) {
      const query = `{ ${key}: orders { id } things(first: 1) { id } }`;
      expect((await run(checked, query, GUEST)).answer).toBe((await run(plain, query, GUEST)).answer);
    }
  });
});

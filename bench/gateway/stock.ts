import { createServer } from "node:http";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { LocalGraphQLDataSource, RemoteGraphQLDataSource } from "@apollo/gateway";
import type { GraphQLDataSource } from "@apollo/gateway";
import { execute, parse } from "graphql";
import { composeSupergraph } from "#gateway/compose.ts";
import { chooseOperation, documentStore } from "#gateway/documents.ts";
import { loadFederation } from "#gateway/federation.ts";
import { inProcessTransport } from "#gateway/fetch/inProcess.ts";
import { remoteTransport } from "#gateway/fetch/remote.ts";
import { dataSource } from "#gateway/fetch/source.ts";
import { DEFAULT_LIMITS } from "#gateway/limits/limits.ts";
import { gatewayMetrics } from "#gateway/metrics.ts";
import { FIXTURE_SDL, fixtures } from "#gateway/tests/fixtures/subgraphs.ts";
import { newHopKey } from "#kit/hop.ts";
import { serveSubgraph } from "#kit/serve.ts";
import type { Subgraph } from "#kit/subgraph.ts";
import { GUEST } from "#kit/viewer.ts";
import { silentLog } from "#platform/log.ts";
import { cpuPerRun } from "./measure.ts";

/** A page of goods with owners, what they like, and similar goods: many entities, few of them different, as in a real page. */
const QUERY = "{ goods(first: 20) { id name views owner { name likes { name views } } similar(first: 4) { name views owner { name } } } }";

interface Variant { name: string; sourceOf(subgraph: Subgraph): Promise<GraphQLDataSource> }

/** CPU of planning, fetching and shaping one page through our data sources and through the library's own; subgraphs in memory, their work included. */
export async function compareWithStock(say: (what: string, value: string) => void): Promise<void> {
  const { subgraphs } = fixtures();
  const closers: (() => Promise<unknown>)[] = [];
  const contextOf = (): Record<string, unknown> => ({ viewer: GUEST, requestId: "bench-0001", signal: new AbortController().signal, deadlineAt: Infinity, mutation: false, log: silentLog });
  const ours = (subgraph: Subgraph, compile: boolean): GraphQLDataSource => dataSource(subgraph.name, inProcessTransport(subgraph, silentLog, { compile }), DEFAULT_LIMITS, gatewayMetrics());
  const variants: Variant[] = [
    { name: "one process, the library's LocalGraphQLDataSource", sourceOf: async (subgraph) => new LocalGraphQLDataSource(subgraph.schema as never) },
    { name: "one process, ours, without compiling", sourceOf: async (subgraph) => ours(subgraph, false) },
    { name: "one process, ours", sourceOf: async (subgraph) => ours(subgraph, true) },
    {
      name: "HTTP, the library's RemoteGraphQLDataSource, unsigned",
      async sourceOf(subgraph) {
        const server = await plainServer(subgraph);
        closers.push(() => new Promise((done) => { server.close(done); server.closeAllConnections(); }));
        return new RemoteGraphQLDataSource({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/` });
      },
    },
    {
      name: "HTTP, ours, signed",
      async sourceOf(subgraph) {
        const hopKey = newHopKey(subgraph.name);
        const served = await serveSubgraph({ subgraph, port: 0, hopKey, log: silentLog });
        const transport = remoteTransport({ subgraph: subgraph.name, endpoint: served.url, hopKey });
        closers.push(() => transport.close(), () => served.close());
        return dataSource(subgraph.name, transport, DEFAULT_LIMITS, gatewayMetrics());
      },
    },
  ];
  const { supergraphSdl } = composeSupergraph(FIXTURE_SDL);
  const answers = new Set<string>();
  for (const { name, sourceOf } of variants) {
    const sources = new Map(await Promise.all(subgraphs.map(async (subgraph) => [subgraph.name, await sourceOf(subgraph)] as const)));
    const federation = await loadFederation(supergraphSdl, (subgraph) => sources.get(subgraph) as GraphQLDataSource, silentLog);
    const prepared = documentStore(federation.schema, DEFAULT_LIMITS).prepare(QUERY);
    const operation = chooseOperation(prepared, undefined);
    const ask = async (): Promise<string> => {
      const { data, errors } = await federation.run({ query: QUERY, operationName: undefined, variables: {} }, prepared, operation, contextOf() as never);
      if (errors) throw new Error(`the comparison's query failed: ${JSON.stringify(errors)}`);
      return JSON.stringify(data);
    };
    answers.add(await ask());
    say(name, `${(await cpuPerRun(ask, { warm: 150, runs: 150 })).toFixed(2)} CPU-ms per request`);
    await federation.close();
  }
  say("answers of all variants", answers.size === 1 ? "equal" : `DIFFERENT (${answers.size})`);
  for (const close of closers.toReversed()) await close();
}

/** A subgraph behind the least a server needs, so that the comparison is between the gateways' sides. */
async function plainServer(subgraph: Subgraph): Promise<Server> {
  const documents = new Map<string, ReturnType<typeof parse>>();
  const server = createServer((request, response) => {
    void (async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
      const { query, variables } = JSON.parse(Buffer.concat(chunks).toString()) as { query: string; variables: Record<string, unknown> };
      const document = documents.get(query) ?? parse(query);
      documents.set(query, document);
      const contextValue = subgraph.contextFor({ viewer: GUEST, requestId: "bench-0001", signal: new AbortController().signal });
      const body = JSON.stringify(await execute({ schema: subgraph.schema, document, variableValues: variables, contextValue }));
      response.writeHead(200, { "content-type": "application/json", "content-length": Buffer.byteLength(body) }).end(body);
    })();
  });
  server.keepAliveTimeout = 75_000;
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  return server;
}

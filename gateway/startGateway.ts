import type { JWK } from "jose";
import type { HopKey } from "#kit/hop.ts";
import type { Subgraph } from "#kit/subgraph.ts";
import type { Clock } from "#platform/clock.ts";
import type { Log } from "#platform/log.ts";
import type { ObjectsOptions } from "#platform/objects/open.ts";
import { withPrecheck } from "./access/precheck.ts";
import { readCommittedRootRules, type RootRules } from "./access/rootRules.ts";
import { accountRoute } from "./account/accountRoute.ts";
import { exportRoute } from "./account/exportRoute.ts";
import { answerer } from "./answer.ts";
import { authenticator } from "./auth.ts";
import { readCommittedSupergraph } from "./compose.ts";
import { documentStore } from "./documents.ts";
import { loadFederation } from "./federation.ts";
import { operationExecutor } from "./execute.ts";
import { inProcessTransport } from "./fetch/inProcess.ts";
import { remoteTransport } from "./fetch/remote.ts";
import { dataSource } from "./fetch/source.ts";
import type { Transport } from "./fetch/source.ts";
import { graphiqlPages } from "./graphiql/pages.ts";
import { startGraphQLServer } from "./graphqlServer.ts";
import { clientReader } from "./http/client.ts";
import { graphqlRoute } from "./http/graphqlRoute.ts";
import { listen } from "./http/server.ts";
import type { Listening } from "./http/server.ts";
import { insightsPages } from "./insights/pages.ts";
import { DEFAULT_LIMITS } from "./limits/limits.ts";
import type { Limits } from "./limits/limits.ts";
import { gatewayMetrics } from "./metrics.ts";
import { objectsRoute } from "./objects/objectsRoute.ts";
import { paymentsRoute } from "./payments/paymentsRoute.ts";
import { readiness } from "./readiness.ts";
import { endingsFrom, sessionWatch } from "./sessionWatch.ts";

/** One process, or one per subgraph. In both, subgraphs are named as in the supergraph. */
export type GatewayMode =
  | { kind: "inProcess"; subgraphs: readonly Subgraph[] }
  | { kind: "remote"; endpoints: Readonly<Record<string, string>>; hopKeys: Readonly<Record<string, HopKey>> };

export interface GatewayOptions {
  /** 0 takes a free one. */
  port: number;
  host: string;
  mode: GatewayMode;
  /** The public half of the key that access tokens are signed with. */
  tokenPublicJwk: JWK;
  log: Log;
  limits?: Partial<Limits>;
  /** Where uploads go and pictures are; neither is served where not given. */
  objects?: ObjectsOptions;
  /** The committed supergraph where not given. */
  supergraphSdl?: string;
  /** Who may have which root field of it; the committed rules of the committed supergraph where not given. */
  rootRules?: RootRules;
  /** Wall time, for the life of tokens. */
  clock?: Clock;
  /** Proxies in front of the gateway whose X-Forwarded-For is believed: addresses, or networks as `10.0.0.0/8`. */
  trustedProxies?: readonly string[];
  /** Prometheus text of what works beside the gateway in its process; shown at /metrics too. */
  metricsBeside?: () => Promise<string>;
}

export interface RunningGateway {
  /** `http://host:port`; GraphQL is asked at `/graphql` of it. */
  readonly url: string;
  /** Stops accepting, lets requests in progress end, closes connections to subgraphs. Subgraphs in this process stay open: their maker closes them. */
  close(): Promise<void>;
}

/** Starts the one endpoint. It listens when this resolves; `/readyz` is 200 once all subgraphs can answer. */
export async function startGateway(options: GatewayOptions): Promise<RunningGateway> {
  const { mode, log } = options;
  const limits: Limits = { ...DEFAULT_LIMITS, ...options.limits };
  const metrics = gatewayMetrics(options.metricsBeside);
  const transports = new Map<string, Transport>();
  const sourceOf = (name: string) => {
    const transport = transportTo(name, mode, log);
    transports.set(name, transport);
    return dataSource(name, transport, limits, metrics);
  };
  const supergraphSdl = options.supergraphSdl ?? readCommittedSupergraph();
  const federation = withPrecheck(await loadFederation(supergraphSdl, sourceOf, log), options.rootRules ?? (options.supergraphSdl === undefined ? readCommittedRootRules() : new Map()));
  const documents = documentStore(federation.schema, limits);
  const users = transports.get("users");
  const watch = users && /\bsessionEndings\(/.test(supergraphSdl) ? sessionWatch({ ask: endingsFrom(users), log }) : undefined;
  const auth = await authenticator(options.tokenPublicJwk, options.clock, watch);
  const objects = await objectsRoute(options.objects);
  const copies = await exportRoute(users, options.objects);
  const clientOf = clientReader(options.trustedProxies ?? []);
  let listening: Listening | undefined;
  const server = await startGraphQLServer({
    schema: federation.schema, supergraphSdl, documents, limits, log,
    execute: operationExecutor(federation, limits, log),
    drain: async () => listening?.close(),
    async closed() {
      await federation.close();
      await objects.close();
      await copies.close();
      await Promise.all([...transports.values()].map((transport) => transport.close()));
    },
  });
  const [insights, graphiql] = [insightsPages(), graphiqlPages()];
  const accounts = accountRoute(watch && users, clientOf, log);
  try {
    listening = await listen({
      graphql: graphqlRoute(answerer(server, documents, limits), auth, clientOf, limits, metrics, log),
      payments: paymentsRoute(transports.get("orders"), log),
      account: { handle: async (path, request, response, requestId) => (await copies.handle(path, request, response, requestId)) || accounts.handle(path, request, response, requestId) },
      objects,
      pages: (path, response) => insights(path, response) || graphiql(path, response),
      ready: readiness([...transports.values()]),
      metrics,
      log,
    }, options.port, options.host);
  } catch (error) {
    await server.stop();
    throw error;
  }
  return { url: listening.url, close: () => server.stop() };
}

function transportTo(name: string, mode: GatewayMode, log: Log): Transport {
  if (mode.kind === "inProcess") {
    const subgraph = mode.subgraphs.find((candidate) => candidate.name === name);
    if (!subgraph) throw new Error(`the graph needs the subgraph "${name}", which was not given`);
    return inProcessTransport(subgraph, log);
  }
  const endpoint = mode.endpoints[name];
  const hopKey = mode.hopKeys[name];
  if (!endpoint || !hopKey) throw new Error(`the graph needs the subgraph "${name}": its ${endpoint ? "hop key" : "endpoint"} was not given`);
  return remoteTransport({ subgraph: name, endpoint, hopKey });
}

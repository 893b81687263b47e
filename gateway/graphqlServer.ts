// The configuration switches Apollo's telemetry off before any of its packages is made.
import "#platform/config.ts";
import { ApolloServer, HeaderMap } from "@apollo/server";
import type { ApolloServerOptionsWithGateway, HTTPGraphQLRequest } from "@apollo/server";
import {
  ApolloServerPluginCacheControlDisabled, ApolloServerPluginInlineTraceDisabled, ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled, ApolloServerPluginUsageReportingDisabled,
} from "@apollo/server/plugin/disabled";
import type { GraphQLSchema } from "graphql";
import type { Log } from "#platform/log.ts";
import type { DocumentStore } from "./documents.ts";
import { formatServerError } from "./errors.ts";
import { MaskedError } from "./execute.ts";
import type { Executor, Outcome } from "./execute.ts";
import { PREFLIGHT_HEADERS } from "./http/params.ts";
import type { Limits } from "./limits/limits.ts";
import type { Call } from "./request.ts";
import { resultText } from "./resultText.ts";

export interface Answer {
  status: number;
  headers: Readonly<Record<string, string>>;
  body: string;
  outcome: Outcome;
  operation: string | undefined;
}

export interface GraphQLServer {
  /** Answers one call whose document and variables have passed every limit. */
  answer(call: Call): Promise<Answer>;
  /** Drains the HTTP server, then stops the gateway library. */
  stop(): Promise<void>;
}

export interface GraphQLServerParts {
  schema: GraphQLSchema;
  supergraphSdl: string;
  documents: DocumentStore;
  limits: Limits;
  execute: Executor;
  log: Log;
  /** Stops accepting and lets requests in progress end. */
  drain: () => Promise<void>;
  /** Called when nothing runs any more. */
  closed: () => Promise<void>;
}

/** What travels with a request through Apollo Server, which copies the outer object: what is noted belongs into the inner one. */
interface ServerContext { noted: { call: Call; outcome: Outcome } }

/**
 * Apollo Server over our executor. It never sees a document that was not parsed, bounded and validated before: its document store
 * is ours, so it parses and validates nothing again. All that it would add of its own (landing page, reports, cache hints on
 * every field, persisted queries, batches) is off.
 */
export async function startGraphQLServer({ schema, supergraphSdl, documents, limits, execute, log, drain, closed }: GraphQLServerParts): Promise<GraphQLServer> {
  const gateway: ApolloServerOptionsWithGateway<ServerContext>["gateway"] = {
    onSchemaLoadOrUpdate(loaded) {
      loaded({ apiSchema: schema, coreSupergraphSdl: supergraphSdl });
      return () => {};
    },
    async load() {
      return {
        async executor({ context, request }) {
          const { noted } = context as ServerContext;
          const { result, outcome } = await execute(noted.call, request.variables ?? {});
          noted.outcome = outcome;
          return result;
        },
      };
    },
    stop: closed,
  };
  const server = new ApolloServer<ServerContext>({
    gateway,
    // Its keys are a hash of the schema, a colon and the hash of the source text.
    documentStore: { get: async (key) => documents.parsed(key.slice(key.lastIndexOf(":") + 1)), set: async () => {}, delete: async () => false },
    parseOptions: { maxTokens: limits.tokens },
    stringifyResult: resultText,
    formatError: (_formatted, error) => (error instanceof MaskedError ? error.formatted : formatServerError(error, log)),
    csrfPrevention: { requestHeaders: [...PREFLIGHT_HEADERS] },
    introspection: true,
    persistedQueries: false,
    allowBatchedHttpRequests: false,
    includeStacktraceInErrorResponses: false,
    stopOnTerminationSignals: false,
    nodeEnv: "production",
    logger: { debug: () => {}, info: () => {}, warn: (message) => log.warn({}, String(message)), error: (message) => log.error({}, String(message)) },
    plugins: [
      ApolloServerPluginCacheControlDisabled(), ApolloServerPluginInlineTraceDisabled(), ApolloServerPluginLandingPageDisabled(),
      ApolloServerPluginSchemaReportingDisabled(), ApolloServerPluginUsageReportingDisabled(),
      {
        serverWillStart: async () => ({ drainServer: drain }),
        unexpectedErrorProcessingRequest: async ({ requestContext, error }) => log.error({ requestId: requestContext.contextValue.noted.call.asked.requestId, error }, "the GraphQL server failed"),
      },
    ],
  });
  await server.start();
  let stopping: Promise<void> | undefined;

  return {
    async answer(call) {
      const noted: ServerContext["noted"] = { call, outcome: "failed" };
      const { status, headers, body } = await server.executeHTTPGraphQLRequest({ httpGraphQLRequest: httpRequestOf(call), context: async () => ({ noted }) });
      if (body.kind !== "complete") throw new Error("an answer in parts was not asked for");
      return { status: status ?? 200, headers: Object.fromEntries(headers), body: body.string, outcome: noted.outcome, operation: call.operation.name };
    },
    stop: () => (stopping ??= server.stop()),
  };
}

/** The request as Apollo Server reads it: what was read and bounded, not the bytes once more. */
function httpRequestOf({ given, asked }: Call): HTTPGraphQLRequest {
  const { query, operationName = null, variables } = given;
  const headers = new HeaderMap(asked.headers);
  if (asked.method === "POST") return { method: "POST", headers, search: "", body: { query, operationName, variables } };
  const search = new URLSearchParams({ query, ...(operationName === null ? {} : { operationName }), variables: JSON.stringify(variables) });
  return { method: "GET", headers, search: search.toString(), body: undefined };
}

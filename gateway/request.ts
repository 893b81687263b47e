import type { ClientInfo } from "#kit/subgraph.ts";
import type { Viewer } from "#kit/viewer.ts";
import type { Log } from "#platform/log.ts";
import type { PreparedDocument, PreparedOperation } from "./documents.ts";

/** What a request carries through planning and all its fetches. */
export interface RequestContext {
  readonly viewer: Viewer;
  readonly requestId: string;
  /** Aborted when the client is gone. */
  readonly signal: AbortSignal;
  /** On performance.now()'s scale: no fetch outlives it. */
  readonly deadlineAt: number;
  /** Whether the operation changes something: then nothing of it is shared, cut short or repeated. */
  readonly mutation: boolean;
  /** Whether nothing may be shown that was read before: it changes something, or its viewer has just done so. */
  readonly fresh: boolean;
  readonly client?: ClientInfo | undefined;
  readonly log: Log;
}

/** The parameters of a GraphQL request over HTTP. */
export interface GraphQLParams {
  readonly query: string;
  readonly operationName: string | undefined;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** Who asks, and how. */
export interface Asked {
  readonly viewer: Viewer;
  readonly requestId: string;
  readonly client?: ClientInfo | undefined;
  /** Aborted when the client is gone. */
  readonly gone: AbortSignal;
  /** GET must change nothing. */
  readonly method: "GET" | "POST";
  /** Headers of the request by lower-case name; `accept` is the one type that was chosen, absent for application/json. */
  readonly headers: ReadonlyMap<string, string>;
}

/** One operation that passed every limit. */
export interface Call {
  readonly given: GraphQLParams;
  readonly prepared: PreparedDocument;
  readonly operation: PreparedOperation;
  readonly asked: Asked;
}

import type { Viewer } from "#kit/viewer.ts";
import type { Log } from "#platform/log.ts";

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
  readonly log: Log;
}

/** The parameters of a GraphQL request over HTTP. */
export interface GraphQLParams {
  readonly query: string;
  readonly operationName: string | undefined;
  readonly variables: Readonly<Record<string, unknown>>;
}

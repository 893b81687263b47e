import { execute, GraphQLError, parse, validate } from "graphql";
import type { DocumentNode, ExecutionResult, GraphQLFormattedError } from "graphql";
import { compileQuery, isCompiledQuery } from "graphql-jit";
import type { CompiledQuery } from "graphql-jit";
import { LRUCache } from "lru-cache";
import type { Log } from "#platform/log.ts";
import { maskError } from "./errors.ts";
import type { RequestInfo, Subgraph } from "./subgraph.ts";

/** One fetch of a query plan from one subgraph. `document` spares the parsing where the caller has it. */
export interface SubgraphCall {
  query: string;
  document?: DocumentNode | undefined;
  operationName?: string | undefined;
  variables: Readonly<Record<string, unknown>>;
  request: RequestInfo;
}

export interface SubgraphAnswer {
  data?: Record<string, unknown> | null;
  errors?: GraphQLFormattedError[];
}

export type SubgraphExecutor = (call: SubgraphCall) => Promise<SubgraphAnswer>;

interface Prepared { document: DocumentNode; uses: number; compiled?: CompiledQuery | undefined }

/** A document is compiled from this use on: a plan that is run once would not earn back the compiling. */
const COMPILE_AT_USE = 3;

/**
 * Runs the gateway's fetches on a subgraph's guarded schema: parsed and validated once per text, compiled when they come again.
 * Unexpected errors are masked on the spot, so that neither way of reaching a subgraph leaks anything.
 */
export function subgraphExecutor(subgraph: Subgraph, log: Log, options: { compile?: boolean } = {}): SubgraphExecutor {
  const known = new LRUCache<string, Prepared>({ max: 1_000 });
  const compile = options.compile ?? true;

  function prepare(call: SubgraphCall): Prepared {
    let prepared = known.get(call.query);
    if (!prepared) {
      const document = call.document ?? parse(call.query);
      const [error] = validate(subgraph.schema, document, undefined, { maxErrors: 1 });
      if (error) throw new GraphQLError(`the fetch does not fit the schema of "${subgraph.name}": ${error.message}`);
      prepared = { document, uses: 0 };
      known.set(call.query, prepared);
    }
    prepared.uses += 1;
    if (compile && prepared.uses === COMPILE_AT_USE) {
      const compiled = compileQuery(subgraph.schema, prepared.document, call.operationName ?? "", { disablingCapturingStackErrors: true });
      if (isCompiledQuery(compiled)) prepared.compiled = compiled;
      else log.debug({ subgraph: subgraph.name, query: call.query }, "this fetch is run uncompiled");
    }
    return prepared;
  }

  return async (call) => {
    const { request } = call;
    let result: ExecutionResult;
    try {
      const { document, compiled } = prepare(call);
      const contextValue = subgraph.contextFor(request);
      result = compiled
        ? await (compiled.query(undefined, contextValue, call.variables) as Promise<ExecutionResult>)
        : await execute({ schema: subgraph.schema, document, contextValue, variableValues: call.variables, operationName: call.operationName });
    } catch (error) {
      // Not from a resolver: a fetch that does not fit this version's schema, or a context that could not be made.
      return { data: null, errors: [maskError(error instanceof Error ? new Error(error.message, { cause: error }) : error, request.requestId, log)] };
    }
    const data = result.data as Record<string, unknown> | null;
    if (!result.errors?.length) return { data };
    return { data, errors: result.errors.map((error) => (request.signal.aborted ? givenUp(error) : maskError(complete(error), request.requestId, log))) };
  };
}

/** graphql-jit makes errors without `extensions`, which graphql-js never does. */
function complete(error: GraphQLError): GraphQLError {
  return (error.extensions as unknown) ? error : new GraphQLError(error.message, { path: error.path, originalError: error.originalError });
}

/** Once the time is up every unfinished statement fails; that is no incident of its own. */
function givenUp(error: GraphQLError): GraphQLFormattedError {
  return { message: "This part was not answered in time.", ...(error.path ? { path: error.path } : {}), extensions: { code: "TIMEOUT" } };
}

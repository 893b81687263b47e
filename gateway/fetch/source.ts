import type { GraphQLDataSource, GraphQLDataSourceProcessOptions } from "@apollo/gateway";
import { GraphQLError, Kind } from "graphql";
import type { DocumentNode, GraphQLFormattedError } from "graphql";
import type { SubgraphAnswer, SubgraphCall } from "#kit/execute.ts";
import type { Limits } from "../limits/limits.ts";
import type { Metrics } from "../metrics.ts";
import type { RequestContext } from "../request.ts";
import { foldRepresentations } from "./representations.ts";

/** How a subgraph is reached: in this process or over HTTP. `ready` rejects while it cannot answer. */
export interface Transport {
  fetch(call: SubgraphCall, deadlineMs: number): Promise<SubgraphAnswer>;
  ready(): Promise<void>;
  close(): Promise<void>;
}

/** The subgraph could not be reached or broke off; `message` is for the log. */
export class SubgraphUnavailable extends Error {
  override readonly name = "SubgraphUnavailable";
}

class Late extends Error {
  override readonly name = "Late";
}

/**
 * The gateway's view of one subgraph: folds representations, keeps the deadline, and turns a subgraph that is away or late into
 * errors beside the data of the others.
 */
export function dataSource(name: string, transport: Transport, limits: Limits, metrics: Metrics): GraphQLDataSource {
  const ownLimitMs = limits.subgraphMs[name] ?? limits.subgraphMs.default;

  return {
    async process(options: GraphQLDataSourceProcessOptions) {
      if (options.kind !== "incoming operation") throw new Error(`the gateway never asks a subgraph for "${options.kind}"`);
      const context = options.context as RequestContext;
      const { query = "", operationName } = options.request;
      const folded = foldRepresentations(options.request.variables ?? {});
      // A change is waited for as long as the request may take: giving up early would leave its outcome unknown.
      const deadlineMs = Math.min(context.mutation ? Infinity : ownLimitMs, context.deadlineAt - performance.now());
      const startedAt = performance.now();
      let outcome = "ok";
      try {
        const call = { query, document: options.document, operationName, variables: folded.variables };
        const answer = folded.spread(await inTime(transport, call, context, deadlineMs));
        if (answer.errors) outcome = "errors";
        return { data: answer.data ?? undefined, errors: answer.errors as never };
      } catch (error) {
        const late = error instanceof Late;
        outcome = late ? "timeout" : "unavailable";
        context.log.warn({ requestId: context.requestId, subgraph: name, outcome, deadlineMs: Math.round(deadlineMs), error: late ? undefined : error }, "a subgraph did not answer");
        return failed(late ? "TIMEOUT" : "SUBGRAPH_UNAVAILABLE", name, options);
      } finally {
        metrics.fetched(name, outcome, (performance.now() - startedAt) / 1000);
      }
    },
  };
}

async function inTime(transport: Transport, call: Omit<SubgraphCall, "request">, context: RequestContext, deadlineMs: number): Promise<SubgraphAnswer> {
  if (deadlineMs <= 0) throw new Late();
  const abort = new AbortController();
  const { viewer, requestId, signal, fresh, client } = context;
  const giveUp = (): void => abort.abort(signal.reason);
  // A client that went away, or the deadline, ends reads; what was asked to change is carried through.
  if (!context.mutation) signal.addEventListener("abort", giveUp, { once: true });
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_done, failed) => {
    timer = setTimeout(() => {
      failed(new Late());
      if (!context.mutation) abort.abort(new Error("deadline"));
    }, deadlineMs);
  });
  try {
    return await Promise.race([transport.fetch({ ...call, request: { viewer, requestId, signal: abort.signal, fresh, client } }, Math.ceil(deadlineMs)), late]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", giveUp);
  }
}

const MESSAGES = {
  TIMEOUT: "This part was not answered in time.",
  SUBGRAPH_UNAVAILABLE: "This part cannot be answered at the moment; try again shortly.",
};

/** An error for every field this fetch would have filled, so that a client can tell "none" from "not known now". */
function failed(code: keyof typeof MESSAGES, subgraph: string, options: GraphQLDataSourceProcessOptions): { data: undefined; errors: never } {
  const extensions = { code, retryAfter: 1 };
  if (options.kind !== "incoming operation") throw new Error(`${subgraph} failed`);
  const place = options.pathInIncomingRequest ?? [];
  if (place.length > 0) {
    // Thrown, it reaches the answer with this path; returned, the gateway would prepend the places of a list as "@".
    const upTo = place.indexOf("@");
    throw new GraphQLError(MESSAGES[code], { path: (upTo === -1 ? place : place.slice(0, upTo)) as string[], extensions });
  }
  const names = rootNames(options.document);
  const errors: GraphQLFormattedError[] = names.map((name) => ({ message: MESSAGES[code], path: [name], extensions }));
  return { data: undefined, errors: errors as never };
}

function rootNames(document: DocumentNode | undefined): string[] {
  const operation = document?.definitions.find((definition) => definition.kind === Kind.OPERATION_DEFINITION);
  return operation?.selectionSet.selections.flatMap((selection) => (selection.kind === Kind.FIELD ? [(selection.alias ?? selection.name).value] : [])) ?? [];
}

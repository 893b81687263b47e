import { LRUCache } from "lru-cache";
import type { Viewer } from "#kit/viewer.ts";
import type { Log } from "#platform/log.ts";
import { Coalescer, identityOf } from "./coalesce.ts";
import { chooseOperation } from "./documents.ts";
import type { DocumentStore, PreparedDocument, PreparedOperation } from "./documents.ts";
import { formatError } from "./errors.ts";
import type { Federation } from "./federation.ts";
import type { Limits } from "./limits/limits.ts";
import { checkVariables } from "./limits/variables.ts";
import { Refusal } from "./refusal.ts";
import type { GraphQLParams } from "./request.ts";

export interface Asked {
  viewer: Viewer;
  requestId: string;
  /** Aborted when the client is gone. */
  gone: AbortSignal;
  /** True for GET, which must change nothing. */
  readOnly: boolean;
}

export interface Answer {
  status: number;
  body: Buffer;
  /** For metrics and the log: "ok", "partial" (data and errors) or "failed" (no data). */
  outcome: "ok" | "partial" | "failed";
  operation: string | undefined;
}

export type Answerer = (params: GraphQLParams, asked: Asked) => Promise<Answer>;

/** The way of one operation: bound, cost, share, plan, fetch, shape. Throws a Refusal or an InvalidDocument before anything runs. */
export function answerer(federation: Federation, documents: DocumentStore, limits: Limits, log: Log): Answerer {
  const coalescer = new Coalescer<Answer>();
  // The schema's own description is the same for everybody and takes 50 ms to put together.
  const descriptions = new LRUCache<string, Answer>({ max: 50, maxSize: 20_000_000, sizeCalculation: ({ body }) => body.length });

  async function run(params: GraphQLParams, prepared: PreparedDocument, operation: PreparedOperation, asked: Asked, signal: AbortSignal): Promise<Answer> {
    const { viewer, requestId } = asked;
    const context = { viewer, requestId, signal, deadlineAt: performance.now() + limits.requestMs, mutation: operation.node.operation === "mutation", log };
    try {
      const { data, errors } = await federation.run(params, prepared, operation, context);
      if (!errors?.length) return answerOf(200, { data }, "ok", operation);
      const formatted = errors.map((error) => formatError(error, requestId, log));
      // Without `data` nothing ran: the variables did not fit.
      if (data === undefined) return answerOf(400, { errors: formatted }, "failed", operation);
      return answerOf(200, { errors: formatted, data }, data === null ? "failed" : "partial", operation);
    } catch (error) {
      return answerOf(500, { errors: [formatError(error instanceof Error ? new Error(error.message, { cause: error }) : error, requestId, log)] }, "failed", operation);
    }
  }

  return async (given, asked) => {
    const prepared = documents.prepare(given.query);
    const operation = chooseOperation(prepared, given.operationName);
    checkVariables(given.variables, limits);
    documents.checkCost(operation, given.variables);
    const params = { ...given, variables: { ...given.variables, ...prepared.literals } };
    if (operation.node.operation === "mutation") {
      if (asked.readOnly) throw new Refusal(405, "BAD_REQUEST", "Mutations are sent by POST.", { headers: { allow: "POST" } });
      coalescer.changed();
      try {
        return await run(params, prepared, operation, asked, asked.gone);
      } finally {
        coalescer.changed();
      }
    }
    if (operation.introspection) {
      const key = `${prepared.hash}|${operation.name ?? ""}|${JSON.stringify(params.variables)}`;
      const described = descriptions.get(key) ?? (await run(params, prepared, operation, asked, asked.gone));
      if (described.outcome === "ok") descriptions.set(key, described);
      return described;
    }
    const key = `${prepared.hash}|${operation.name ?? ""}|${identityOf(asked.viewer)}|${JSON.stringify(params.variables)}`;
    return coalescer.share(key, asked.gone, (signal) => run(params, prepared, operation, asked, signal));
  };
}

function answerOf(status: number, value: object, outcome: Answer["outcome"], operation: PreparedOperation): Answer {
  return { status, body: Buffer.from(JSON.stringify(value)), outcome, operation: operation.name };
}

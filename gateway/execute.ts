import type { GraphQLFormattedError } from "graphql";
import { GraphQLError } from "graphql";
import { LRUCache } from "lru-cache";
import type { Log } from "#platform/log.ts";
import { Coalescer, identityOf } from "./coalesce.ts";
import { formatError } from "./errors.ts";
import type { Federation } from "./federation.ts";
import type { Limits } from "./limits/limits.ts";
import type { Call } from "./request.ts";
import { resultText } from "./resultText.ts";

/** For metrics and the log: "partial" is data and errors, "failed" no data. */
export type Outcome = "ok" | "partial" | "failed";

/** What an operation gave, fit to be shown. Without `data` nothing ran: the variables did not fit. Shared between joined requests, so never changed. */
export interface Executed {
  readonly outcome: Outcome;
  readonly result: { data?: Record<string, unknown> | null; errors?: readonly MaskedError[] };
}

/** An error as a client may see it, on its way through a server that would otherwise shape it by itself. */
export class MaskedError extends GraphQLError {
  readonly formatted: GraphQLFormattedError;

  constructor(formatted: GraphQLFormattedError) {
    super(formatted.message, { path: formatted.path, extensions: formatted.extensions });
    this.formatted = formatted;
  }
}

/** Runs one operation that was prepared and bounded, with the client's variables. Throws {@link MaskedError} only. */
export type Executor = (call: Call, variables: Readonly<Record<string, unknown>>) => Promise<Executed>;

/** Longer than any subgraph keeps what it read. */
const FRESH_FOR_MS = 15_000;

/** The way of one operation: share, plan, fetch, shape, mask. */
export function operationExecutor(federation: Federation, limits: Limits, log: Log): Executor {
  const coalescer = new Coalescer<Executed>();
  // The schema's own description is the same for everybody and takes 50 ms to put together.
  const descriptions = new LRUCache<string, Executed>({ max: 50, maxSize: 20_000_000, sizeCalculation: ({ result }) => resultText(result).length });

  // Who has changed something reads it back, wherever it is kept. Guests are all one viewer: what they change is theirs and never kept.
  const changedBy = new LRUCache<string, true>({ max: 10_000, ttl: FRESH_FOR_MS });

  async function run({ given, prepared, operation, asked }: Call, variables: Readonly<Record<string, unknown>>, signal: AbortSignal): Promise<Executed> {
    const { viewer, requestId, client } = asked;
    const mutation = operation.node.operation === "mutation";
    const context = { viewer, requestId, signal, deadlineAt: performance.now() + limits.requestMs, mutation, fresh: mutation || (viewer.userId !== null && changedBy.has(viewer.userId)), client, log };
    try {
      const { data, errors } = await federation.run({ ...given, variables }, prepared, operation, context);
      if (!errors?.length) return { result: { data: data ?? null }, outcome: "ok" };
      const masked = errors.map((error) => new MaskedError(formatError(error, requestId, log)));
      if (data === undefined) return { result: { errors: masked }, outcome: "failed" };
      return { result: { errors: masked, data }, outcome: data === null ? "failed" : "partial" };
    } catch (error) {
      throw new MaskedError(formatError(error instanceof Error ? new Error(error.message, { cause: error }) : error, requestId, log));
    }
  }

  return async (call, given) => {
    const { prepared, operation, asked } = call;
    const variables = { ...given, ...prepared.literals };
    if (operation.node.operation === "mutation") {
      coalescer.changed();
      try {
        return await run(call, variables, asked.gone);
      } finally {
        coalescer.changed();
        if (asked.viewer.userId !== null) changedBy.set(asked.viewer.userId, true);
      }
    }
    const what = `${prepared.hash}|${operation.name ?? ""}`;
    const values = JSON.stringify(variables);
    if (operation.introspection) {
      const key = `${what}|${values}`;
      const described = descriptions.get(key) ?? (await run(call, variables, asked.gone));
      if (described.outcome === "ok") descriptions.set(key, described);
      return described;
    }
    return coalescer.share(`${what}|${identityOf(asked.viewer)}|${values}`, asked.gone, (signal) => run(call, variables, signal));
  };
}

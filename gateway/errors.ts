import { GraphQLError } from "graphql";
import type { GraphQLFormattedError } from "graphql";
import { maskError } from "#kit/errors.ts";
import type { Log } from "#platform/log.ts";
import { InvalidDocument } from "./documents.ts";
import { Refusal } from "./refusal.ts";

/** Codes that only the gateway's own parts give, with texts of ours. */
const OWN_CODES: ReadonlySet<unknown> = new Set(["TIMEOUT", "SUBGRAPH_UNAVAILABLE"]);
/** Codes under which a subgraph has already masked an error and named its incident. */
const MASKED_CODES: ReadonlySet<unknown> = new Set(["INTERNAL", "UNAVAILABLE"]);

/** An error of planning, fetching or shaping as a client may see it: what was written for clients, or an incident id. */
export function formatError(error: unknown, requestId: string, log: Log): GraphQLFormattedError {
  if (!(error instanceof GraphQLError)) return maskError(error, requestId, log);
  const { code, incidentId, retryAfter, argumentPath } = error.extensions;
  const place = error.path ? { path: error.path } : {};
  if (OWN_CODES.has(code)) return { message: error.message, ...place, extensions: { code, ...(retryAfter === undefined ? {} : { retryAfter }) } };
  if (MASKED_CODES.has(code) && typeof incidentId === "string") return { message: error.message, ...place, extensions: { code, incidentId } };
  // Locations would point into the fetch's text, which the client has not written; the rest names our parts.
  const masked = maskError(withoutService(error), requestId, log);
  const { locations: _inFetch, ...formatted } = masked;
  return argumentPath === undefined ? formatted : { ...formatted, extensions: { ...formatted.extensions, argumentPath } };
}

/** An error as the gateway wraps it carries the subgraph's name; what the client gets is the same without it. */
function withoutService(error: GraphQLError): GraphQLError {
  const { serviceName: _name, ...extensions } = error.extensions;
  const original = error.originalError;
  return new GraphQLError(error.message, { path: error.path, extensions, ...(original instanceof Error ? { originalError: original } : {}) });
}

/** Codes of Apollo Server's own about the request, with texts for the client; ours come first, so they are hardly ever seen. */
const SERVER_CODES: ReadonlySet<unknown> = new Set(["BAD_REQUEST", "GRAPHQL_PARSE_FAILED", "GRAPHQL_VALIDATION_FAILED", "OPERATION_RESOLUTION_FAILURE", "PERSISTED_QUERY_NOT_SUPPORTED"]);

/** An error that Apollo Server itself gave, as a client may see it. */
export function formatServerError(error: unknown, log: Log): GraphQLFormattedError {
  if (error instanceof GraphQLError && SERVER_CODES.has(error.extensions["code"])) return { message: error.message, extensions: { code: error.extensions["code"] } };
  // Whatever else comes out of it was not written for clients, whichever class it has.
  return maskError(error instanceof GraphQLError ? (error.originalError ?? new Error(error.message)) : error, "", log);
}

export interface RefusedAnswer { status: number; headers: Record<string, string>; code: string; errors: GraphQLFormattedError[] }

/** The answer to a request that never ran. Undefined for anything but a refusal: that is a defect. */
export function refusedAnswer(error: unknown): RefusedAnswer | undefined {
  if (error instanceof Refusal) {
    return { status: error.status, headers: error.headers, code: error.code, errors: [{ message: error.message, ...(error.locations ? { locations: error.locations } : {}), extensions: { code: error.code } }] };
  }
  if (error instanceof InvalidDocument) {
    const errors = error.errors.map(({ message, locations, extensions }) => ({ message, ...(locations ? { locations } : {}), extensions: { code: extensions["code"] } }));
    return { status: 400, headers: {}, code: String(errors[0]?.extensions.code), errors };
  }
  return undefined;
}

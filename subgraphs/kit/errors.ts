import { randomUUID } from "node:crypto";
import { GraphQLError, type GraphQLFormattedError } from "graphql";
import { DatabaseUnavailable, isConnectionError, SQLSTATE, sqlState } from "#platform/db/errors.ts";

/** The caller sent something that cannot be right. `message` says what and how to mend it. */
export function badUserInput(message: string, path?: readonly string[]): GraphQLError {
  return new GraphQLError(message, { extensions: { code: "BAD_USER_INPUT", ...(path ? { argumentPath: path } : {}) } });
}

export function unauthenticated(): GraphQLError {
  return new GraphQLError("Log in first: this needs an account.", { extensions: { code: "UNAUTHENTICATED" } });
}

export function forbidden(): GraphQLError {
  return new GraphQLError("You may not see or do this.", { extensions: { code: "FORBIDDEN" } });
}

/** Something that is there again shortly. `message` says what. */
export function unavailable(message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code: "UNAVAILABLE" } });
}

/** Codes whose messages were written for the caller. Anything else is a defect or an outage and is masked. */
const SPOKEN = new Set<unknown>([
  "BAD_USER_INPUT", "UNAUTHENTICATED", "FORBIDDEN", "UNAVAILABLE",
  "GRAPHQL_PARSE_FAILED", "GRAPHQL_VALIDATION_FAILED",
]);

export interface ErrorLog {
  error(fields: object, message: string): void;
}

/**
 * What a caller may see of an error. Errors written for callers pass; every other one becomes INTERNAL (or UNAVAILABLE when the
 * database is away) with an incident id, under which the log holds the whole of it.
 */
export function maskError(error: unknown, requestId: string, log?: ErrorLog): GraphQLFormattedError {
  const known = error instanceof GraphQLError ? error : new GraphQLError("", { originalError: error instanceof Error ? error : new Error(String(error)) });
  if (isSpoken(known)) return spoken(known);
  const cause = rootOf(known);
  const incidentId = randomUUID();
  const isOutage = cause instanceof DatabaseUnavailable || isConnectionError(cause) || sqlState(cause) === SQLSTATE.queryCanceled || sqlState(cause) === SQLSTATE.lockNotAvailable;
  log?.error({ incidentId, requestId, path: known.path?.join("."), error: cause }, isOutage ? "the database does not answer" : "unexpected error");
  return {
    message: isOutage
      ? `The shop's data cannot be reached at this moment; try again shortly. Incident ${incidentId}.`
      : `Something went wrong on our side. Incident ${incidentId}.`,
    ...placeOf(known),
    extensions: { code: isOutage ? "UNAVAILABLE" : "INTERNAL", incidentId },
  };
}

function isSpoken(error: GraphQLError): boolean {
  const code = error.extensions["code"];
  if (code !== undefined) return SPOKEN.has(code);
  // graphql-js itself speaks without a code about the request, before execution, thus without a path; of a variable with a value
  // that its scalar refuses, around the scalar's own error.
  return error.path === undefined && (error.originalError === undefined || error.originalError instanceof GraphQLError);
}

function spoken(error: GraphQLError): GraphQLFormattedError {
  const { code, argumentPath } = error.extensions;
  return {
    message: error.message,
    ...placeOf(error),
    // Only these two: extensions may carry a stack trace or more.
    extensions: { code: code ?? "BAD_USER_INPUT", ...(argumentPath ? { argumentPath } : {}) },
  };
}

function placeOf(error: GraphQLError): Pick<GraphQLFormattedError, "path" | "locations"> {
  return { ...(error.locations ? { locations: error.locations } : {}), ...(error.path ? { path: error.path } : {}) };
}

function rootOf(error: GraphQLError): Error {
  let cause: Error = error;
  while (cause instanceof GraphQLError && cause.originalError) cause = cause.originalError;
  return cause;
}

import { isConnectionError, sqlState } from "#platform/db/errors.ts";
import { SqlRefused } from "./refusal.ts";

/** What the server says of the statement's own names and types, as it stands in PostgreSQL's appendix A. Found before any row is read, so that it holds no row's value. */
const OF_THE_TEXT = /^(42(?!501|P01)|0A000|54)/;

/** Found while running: the server's own sentence may hold a value of a row, so we say our own. */
const OF_VALUES: Readonly<Record<string, string>> = {
  "22012": "A division by zero: write nullif(divisor, 0) under the fraction.",
  "22003": "A number is larger than its type holds: cast to numeric before calculating.",
  "22P02": "A text is no value of the type it is cast or compared to: check literals, parameters and casts.",
  "22007": "A text is no date or time: write '2026-01-31' or '2026-01-31T12:00:00Z'.",
  "22008": "A date or time lies outside what the type holds.",
  "22023": "An argument has a value that the function does not take.",
  "2201B": "A pattern is no regular expression: check its brackets.",
  "2201E": "A logarithm of nothing or of less: filter such rows out, or write nullif(value, 0).",
  "2201F": "A root or power that is no number: filter such rows out.",
  "21000": "A subquery in an expression gave more than one row: aggregate it, or add limit 1.",
};

/** Where in the statement the error stands, given what we put before it. */
export interface ErrorPlace {
  /** Characters that we put before the statement. */
  readonly before: number;
  /** Characters of what was given that stand before the statement. */
  readonly offset: number;
}

/** The refusal for an error of the server; the error itself where it is no matter of the statement. */
export function refusalOf(error: unknown, { before, offset }: ErrorPlace, stopped: { cancelled: boolean; timeoutMs: number }): unknown {
  if (error instanceof SqlRefused || isConnectionError(error)) return error;
  const state = sqlState(error);
  if (state === undefined) return error;
  const given = Number((error as { position?: unknown }).position);
  const position = Number.isInteger(given) && given > before ? given - before + offset : undefined;
  const message = error instanceof Error ? error.message : "";
  if (state === "57014") {
    return stopped.cancelled || /user request/.test(message)
      ? new SqlRefused("CANCELLED", "The statement was cancelled.")
      : new SqlRefused("TIMED_OUT", `The statement took longer than ${stopped.timeoutMs / 1000} seconds: ask for fewer days or columns, or read an aggregate (agg_..., rpt_...).`);
  }
  if (state === "53400" || state === "53200" || state === "53100" || /invalid memory alloc request/.test(message)) {
    return new SqlRefused("TOO_LARGE", "The statement needs more room for sorting or joining than it gets: filter earlier, or group before you join.");
  }
  if (state === "55P03") return new SqlRefused("BUSY", "A table is being replaced at this moment: try again.");
  if (state === "42501" || state === "25006") return new SqlRefused("NOT_ALLOWED", "The statement touches what you may not read.");
  if (OF_THE_TEXT.test(state)) return new SqlRefused("INVALID", `${sentence(message)} ${hintOf(error)}`.trim(), position);
  if (state.startsWith("22") || state === "21000") return new SqlRefused("BAD_VALUE", OF_VALUES[state] ?? "A value that was met while running does not fit what is done with it: check casts and arguments.", position);
  return error;
}

function hintOf(error: unknown): string {
  const { hint } = error as { hint?: unknown };
  return typeof hint === "string" ? hint : "Mend the SQL there.";
}

/** Names of our schemas behind `marts` are nobody's business. */
const sentence = (text: string) => `${text.charAt(0).toUpperCase()}${text.slice(1).replaceAll(/marts_(masked|vendor)\./g, "marts.")}.`;

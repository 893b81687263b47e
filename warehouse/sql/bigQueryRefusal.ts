import { BigQueryError } from "../engines/bigquery/bigQueryError.ts";
import { SqlRefused } from "./refusal.ts";

export interface Told {
  /** What was sent; errors name places in it. */
  readonly text: string;
  /** Of our project and datasets: a sentence that holds one of them is not shown. */
  readonly names: readonly string[];
  /** Found before anything was read: BigQuery's sentence holds no value of a row then. */
  readonly isDry: boolean;
  readonly isCancelled: boolean;
  readonly isLate: boolean;
  readonly timeoutMs: number;
}

/** What BigQuery says of values while it runs: its sentence may hold one, so we say our own. */
const OF_VALUES: readonly (readonly [RegExp, string])[] = [
  [/division by zero/i, "A division by zero: write safe_divide(a, b)."],
  [/overflow|out of range/i, "A number is larger than its type holds, or a place lies outside of its list: cast to numeric before calculating."],
  [/^bad |could not cast|invalid (date|time|datetime|timestamp|int64|numeric)|failed to parse/i, "A text is no value of the type it is cast to: safe_cast answers null instead."],
  [/scalar subquery/i, "A subquery in an expression gave more than one row: aggregate it, or add limit 1."],
];

/** The refusal for what BigQuery says; the error itself where it is no matter of the statement. */
export function bigQueryRefusal(error: unknown, told: Told): unknown {
  if (error instanceof SqlRefused) return error;
  if (told.isCancelled) return new SqlRefused("CANCELLED", "The statement was cancelled.");
  const late = () => new SqlRefused("TIMED_OUT", `The statement took longer than ${told.timeoutMs / 1000} seconds: ask for fewer days or columns, or read an aggregate (agg_..., rpt_...).`);
  if (told.isLate) return late();
  if (!(error instanceof BigQueryError)) return error;
  const { reason, message } = error;
  switch (reason) {
    case "stopped": return /timed? ?out|timeout/i.test(message) ? late() : new SqlRefused("CANCELLED", "The statement was cancelled.");
    case "timeout": case "jobTimeout": return late();
    case "bytesBilledLimitExceeded": return overCap(message);
    case "resourcesExceeded": case "responseTooLarge": case "billingTierLimitExceeded": return new SqlRefused("TOO_LARGE", "The statement needs more room for sorting or joining than it gets: filter earlier, or group before you join.");
    case "quotaExceeded": case "rateLimitExceeded": case "jobRateLimitExceeded": return new SqlRefused("BUSY", "BigQuery takes no more at this moment: try again shortly.");
    case "notFound": return new SqlRefused("INVALID", "A table or function of this statement is not there: sqlTables, or martgraph sql --tables, lists the tables.");
    case "accessDenied": return new SqlRefused("NOT_ALLOWED", "The statement touches what you may not read.");
    case "invalidQuery": case "invalid": return /exceeded limit for bytes billed/i.test(message) ? overCap(message) : told.isDry ? ofTheText(message, told) : ofValues(message);
    default: return error;
  }
}

function overCap(message: string): SqlRefused {
  const [most, needed] = [/bytes billed: (\d+)/i, /(\d+) or higher required/i].map((pattern) => pattern.exec(message)?.[1]);
  const numbers = most && needed ? `: ${gigabytes(needed)}, at most ${gigabytes(most)} is read at once` : "";
  return new SqlRefused("TOO_COSTLY", `The statement would read too much${numbers}. Name the columns you need and a date: BigQuery reads whole columns.`);
}

const gigabytes = (bytes: string) => `${Number((Number(bytes) / 1e9).toPrecision(3)).toLocaleString("en-GB")} GB`;

function ofTheText(message: string, { text, names }: Told): SqlRefused {
  const [place, line, column] = /\s*at \[(\d+):(\d+)\]/.exec(message) ?? [];
  const said = message.replace(place ?? "", "").trim().replace(/[.;]*$/, ".");
  const isOurs = names.some((name) => said.toLowerCase().includes(name.toLowerCase()));
  const shown = isOurs || said.length > 1_000 ? "Names or types of this statement do not fit." : said;
  return new SqlRefused(/^syntax error/i.test(said) ? "SYNTAX" : "INVALID", `${shown} Mend the SQL there.`, line === undefined ? undefined : positionOf(text, Number(line), Number(column)));
}

function ofValues(message: string): SqlRefused {
  const own = OF_VALUES.find(([pattern]) => pattern.test(message))?.[1];
  return new SqlRefused("BAD_VALUE", own ?? "A value that was met while running does not fit what is done with it: check casts and arguments.");
}

const TAB = 8;

/** A character, from 1. BigQuery counts columns in whole characters, and lets a tab go to the next eighth. */
function positionOf(text: string, line: number, column: number): number {
  const lines = text.split(/(?<=\r\n|\n|\r(?!\n))/);
  let at = lines.slice(0, line - 1).reduce((sum, one) => sum + one.length, 0);
  let seen = 1;
  for (const character of lines[line - 1] ?? "") {
    if (seen >= column) break;
    seen += character === "\t" ? TAB - ((seen - 1) % TAB) : 1;
    at += character.length;
  }
  return at + 1;
}

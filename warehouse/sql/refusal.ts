/** Why a statement was not run, or not to its end. */
export type SqlRefusalCode =
  | "SYNTAX" // it is no SQL
  | "TOO_LONG" // longer or deeper than is looked at
  | "NOT_ALLOWED" // SQL, but not of the kind that is run here
  | "UNKNOWN_TABLE" // no table that the asker sees
  | "INVALID" // names or types that do not fit
  | "BAD_PARAMETER" // a parameter that is missing, too many, or of the wrong kind
  | "BAD_VALUE" // a value met while running: a division by zero, text that is no number
  | "TOO_COSTLY" // the plan is dearer than is allowed
  | "TOO_LARGE" // it needed more memory, disk or room for its answer than it gets
  | "TIMED_OUT"
  | "CANCELLED"
  | "BUSY" // too many at once
  | "NOTHING_PUBLISHED";

export interface SqlRefusal {
  readonly code: SqlRefusalCode;
  /** What is wrong and what to do. Never a value of a row. */
  readonly message: string;
  /** Where in the statement, in characters from 1; absent where it is no matter of a place. */
  readonly position?: number | undefined;
}

/** Thrown inside of the gate; its doors answer it as a value. */
export class SqlRefused extends Error {
  override readonly name = "SqlRefused";
  readonly refusal: SqlRefusal;
  constructor(code: SqlRefusalCode, message: string, position?: number) {
    super(message);
    this.refusal = { code, message, ...(position === undefined ? {} : { position }) };
  }
}

/** Line and column, both from 1, of a character of a text. */
export function placeOf(sql: string, position: number): { line: number; column: number } {
  const before = sql.slice(0, Math.max(0, position - 1));
  return { line: before.split("\n").length, column: before.length - before.lastIndexOf("\n") };
}

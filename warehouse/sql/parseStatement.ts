import { loadModule, parseSync, SqlError } from "libpg-query";
import { SqlRefused } from "./refusal.ts";

/** Nobody types more; a parser that is given more can be made to work for seconds. */
export const MAX_BYTES = 20_000;
/** What can nest or chain: words, numbers, quoted texts and single signs. */
const MAX_TOKENS = 4_000;

/** A statement as the parser of PostgreSQL reads it. */
export interface Parsed {
  /** The one statement without what stands around it: no semicolon behind it. */
  readonly text: string;
  /** Node of the statement, under its type's name. */
  readonly node: Readonly<Record<string, unknown>>;
  /** Where `text` begins in what was given, in bytes. */
  readonly offset: number;
}

/** Loads the parser, which takes some 40 ms; before that `parseStatement` throws. */
export const loadParser = (): Promise<void> => loadModule();

/**
 * Reads exactly one statement. Before the parser sees the text it is bounded in length and in words: the parser runs in this thread.
 * @throws SqlRefused
 */
export function parseStatement(sql: string): Parsed {
  assertReadable(sql);
  let stmts: readonly { stmt?: unknown; stmt_location?: number; stmt_len?: number }[];
  try {
    stmts = parseSync(sql).stmts ?? [];
  } catch (error) {
    throw notParsed(sql, error);
  }
  const [first, second] = stmts;
  if (!first?.stmt) throw new SqlRefused("SYNTAX", "There is no statement: write a SELECT.");
  if (second) throw new SqlRefused("NOT_ALLOWED", "There is more than one statement: send them one by one.", characterAt(sql, second.stmt_location ?? 0));
  const offset = first.stmt_location ?? 0;
  const bytes = Buffer.from(sql);
  return { text: bytes.subarray(offset, first.stmt_len ? offset + first.stmt_len : undefined).toString(), node: first.stmt as Record<string, unknown>, offset };
}

/** @throws SqlRefused for what is not worth parsing, or would be read otherwise by the parser than by the server. */
function assertReadable(sql: string): void {
  if (sql.trim() === "") throw new SqlRefused("SYNTAX", "There is no statement: write a SELECT.");
  if (Buffer.byteLength(sql) > MAX_BYTES) throw new SqlRefused("TOO_LONG", `The statement is longer than ${MAX_BYTES} bytes: give long lists of values as a parameter.`);
  if (sql.includes("\0") || !sql.isWellFormed()) throw new SqlRefused("SYNTAX", "The statement holds half a character or one that is no text: take it out.");
  if ((sql.match(/[\p{L}\p{N}_$]+|[^\s]/gu)?.length ?? 0) > MAX_TOKENS) throw new SqlRefused("TOO_LONG", `The statement has more than ${MAX_TOKENS} words and signs: ask for less at once.`);
}

function notParsed(sql: string, error: unknown): SqlRefused {
  if (error instanceof RangeError) return new SqlRefused("TOO_LONG", "The statement is nested too deeply: ask for less at once.");
  if (!(error instanceof SqlError)) throw error;
  const at = error.sqlDetails?.cursorPosition;
  if (/memory exhausted|stack depth/.test(error.message)) return new SqlRefused("TOO_LONG", "The statement is nested too deeply: ask for less at once.");
  return new SqlRefused("SYNTAX", `${sentence(error.message)} Mend the SQL there.`, at === undefined || at < 0 ? undefined : Math.min(at + 1, sql.length + 1));
}

const sentence = (text: string) => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;

/** The character, from 1, that stands at a byte of the text. */
export function characterAt(sql: string, byte: number): number {
  return Buffer.from(sql).subarray(0, byte).toString().length + 1;
}

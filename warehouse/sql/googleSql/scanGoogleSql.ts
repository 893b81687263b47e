import { SqlRefused } from "../refusal.ts";

/** A piece of a statement. `value` is a name's text without marks, otherwise what stands there. */
export interface Token {
  readonly kind: "name" | "quoted" | "string" | "number" | "parameter" | "sign";
  readonly value: string;
  readonly from: number;
  readonly to: number;
}

export interface Scanned {
  readonly tokens: readonly Token[];
  /** The statement with spaces where comments stood: what a comment hides from us is not sent. */
  readonly text: string;
}

const SPACE = /[ \t\r\n]+/y;
const COMMENT = /(?:--|#)[^\r\n]*/y;
const STRING = /(?:r|b|rb|br)?(?:'''(?:[^\\]|\\[^])*?'''|"""(?:[^\\]|\\[^])*?"""|'(?:[^'\\\r\n]|\\[^\r\n])*'|"(?:[^"\\\r\n]|\\[^\r\n])*")/iy;
const STRING_BEGINS = /(?:r|b|rb|br)?['"]/iy;
const NAME = /[A-Za-z_]\w*/y;
const QUOTED = /`([\p{L}\p{N}_ -]{1,300})`/uy;
const NUMBER = /(?:0x[0-9a-f]+|(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?)/iy;
const PARAMETER = /@p[1-9]\d{0,2}(?!\w)/iy;
const SIGN = /<=|>=|<>|!=|\|\||<<|>>|[-+*/=<>|&^~(),.[\];]/y;
/** Two signs that mean more together: pipes, lambdas, named arguments, assignments. */
const FOREIGN = /\|>|->|=>|\+=|-=/y;

/** Takes a statement of GoogleSQL apart. What is not surely known to mean the same to BigQuery is refused. @throws SqlRefused */
export function scanGoogleSql(sql: string): Scanned {
  const tokens: Token[] = [];
  let text = "";
  for (let at = 0; at < sql.length;) {
    const here = (pattern: RegExp) => {
      pattern.lastIndex = at;
      return pattern.exec(sql)?.[0];
    };
    const space = here(SPACE);
    const comment = space === undefined ? (here(COMMENT) ?? blockComment(sql, at)) : undefined;
    const skipped = space ?? comment;
    if (skipped !== undefined) {
      text += comment === undefined ? skipped : skipped.replaceAll(/[^\r\n]/g, " ");
      at += skipped.length;
      continue;
    }
    const token = tokenAt(sql, at, here);
    tokens.push(token);
    text += sql.slice(at, token.to);
    at = token.to;
  }
  return { tokens, text };
}

function blockComment(sql: string, at: number): string | undefined {
  if (!sql.startsWith("/*", at)) return undefined;
  const end = sql.indexOf("*/", at + 2);
  if (end < 0) throw new SqlRefused("SYNTAX", "A comment is never closed: write */ behind it.", at + 1);
  return sql.slice(at, end + 2);
}

function tokenAt(sql: string, at: number, here: (pattern: RegExp) => string | undefined): Token {
  const token = (kind: Token["kind"], found: string, value = found): Token => ({ kind, value, from: at, to: at + found.length });
  const string = here(STRING);
  if (string !== undefined) return token("string", string);
  if (here(STRING_BEGINS) !== undefined) throw new SqlRefused("SYNTAX", "A text is never closed: write its quote behind it.", at + 1);
  if (sql[at] === "`") {
    const quoted = here(QUOTED);
    if (quoted === undefined) throw new SqlRefused("NOT_ALLOWED", "Between ` stand letters, digits, spaces, _ and - alone, one name: no points, backslashes or stars.", at + 1);
    return token("quoted", quoted, quoted.slice(1, -1));
  }
  const name = here(NAME);
  if (name !== undefined) return token("name", name);
  const number = here(NUMBER);
  if (number !== undefined) {
    if (/[\w.]/.test(sql[at + number.length] ?? "")) throw new SqlRefused("SYNTAX", "A number runs into what follows it: leave a space between.", at + 1);
    return token("number", number);
  }
  if (sql[at] === "@") {
    const parameter = here(PARAMETER);
    if (parameter !== undefined) return token("parameter", parameter);
    throw sql[at + 1] === "@" || sql[at + 1] === "{" ? new SqlRefused("NOT_ALLOWED", "Settings and hints are not for queries.", at + 1) : new SqlRefused("BAD_PARAMETER", "Parameters are written @p1, @p2 and so on.", at + 1);
  }
  if (sql[at] === "?" || /^\$\d/.test(sql.slice(at, at + 2))) throw new SqlRefused("BAD_PARAMETER", "Parameters are written @p1, @p2 and so on.", at + 1);
  if (sql.startsWith("::", at)) throw new SqlRefused("SYNTAX", "GoogleSQL casts by cast(value as type), not by two colons.", at + 1);
  const foreign = here(FOREIGN);
  if (foreign !== undefined) throw new SqlRefused("NOT_ALLOWED", `"${foreign}" is not taken: pipes, lambdas and named arguments are not run here.`, at + 1);
  const sign = here(SIGN);
  if (sign === undefined) throw new SqlRefused("SYNTAX", "Here stands a sign that is no part of a query.", at + 1);
  return token("sign", sign);
}

const MAX_KEPT = 20_000;

/** A statement without its literals and comments, for the ledger; of what cannot be read nothing after that place is kept. */
export function redactGoogleSql(sql: string): string {
  const given = sql.toWellFormed().replaceAll("\0", "").slice(0, MAX_KEPT * 2);
  let kept = "";
  for (let at = 0; at < given.length && kept.length < MAX_KEPT;) {
    const here = (pattern: RegExp) => {
      pattern.lastIndex = at;
      return pattern.exec(given)?.[0];
    };
    const rest = given.length - at;
    const string = here(STRING);
    if (string === undefined && (here(STRING_BEGINS) !== undefined || (given[at] === "`" && here(QUOTED) === undefined))) return `${kept}?`.trim();
    const open = given.startsWith("/*", at) ? given.indexOf("*/", at + 2) : undefined;
    const comment = open === undefined ? here(COMMENT) : given.slice(at, open < 0 ? at + rest : open + 2);
    const literal = string ?? (comment === undefined ? (/[\w$]$/.test(kept) ? undefined : here(NUMBER)) : undefined);
    const found = literal ?? comment ?? here(SPACE) ?? here(NAME) ?? here(QUOTED) ?? given.charAt(at);
    kept += literal !== undefined ? "?" : comment !== undefined || /^\s/.test(found) ? (/(?:^|\s)$/.test(kept) ? "" : " ") : found.length > 65 ? "?" : found;
    at += found.length;
  }
  return kept.trim().slice(0, MAX_KEPT);
}

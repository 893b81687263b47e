import { createHash } from "node:crypto";
import type { Examined, Sight } from "../examine.ts";
import { SqlRefused } from "../refusal.ts";
import { BEFORE_BRACKETS, FOREIGN_WORDS, GOOGLE_FUNCTIONS } from "./googleSqlFunctions.ts";
import { scanGoogleSql, type Token } from "./scanGoogleSql.ts";

const MAX_LENGTH = 20_000;
const MAX_TOKENS = 4_000;
const MAX_DEPTH = 150;
const MAX_RELATIONS = 40;
const MAX_PARAMETERS = 100;
/** Under which people know the published build. */
const SCHEMA = "marts";
/** Reserved words, none of which can be an alias: behind them the tables of a FROM are at an end. */
const ENDS_FROM = new Set(["where", "group", "having", "qualify", "window", "order", "limit", "union", "intersect", "except", "select"]);
const JOINS = new Set(["from", "join"]);

/** What stands between a bracket and its end. */
interface Frame {
  /** Inside of FROM: a comma begins another table. */
  inFrom: boolean;
  /** `extract(year from x)`: this FROM names no table. */
  readonly isExtract: boolean;
}

/**
 * Reads a statement of GoogleSQL word by word; answers what may be run of it, to be run with the audience's dataset as the one where
 * names are looked up. There is no parser of ours: every place where a table can stand is found by the reserved words before it, and only
 * a single name may stand there. BigQuery's own reading of it is looked at afterwards. @throws SqlRefused
 */
export function examineGoogleSql(sql: string, sight: Sight, datasetPrefix: string): Examined {
  if (sql.length > MAX_LENGTH) throw new SqlRefused("TOO_LONG", `The statement is longer than ${MAX_LENGTH} characters.`);
  if (sql.includes("\0") || !sql.isWellFormed()) throw new SqlRefused("SYNTAX", "The statement holds signs that are no text.");
  const { tokens, text } = scanGoogleSql(sql);
  if (tokens.length > MAX_TOKENS) throw new SqlRefused("TOO_LONG", "The statement has too many words: ask for less at once.");
  return new Examination(tokens, text, sight, `${datasetPrefix}_`).run();
}

class Examination {
  readonly #tokens: readonly Token[];
  readonly #sight: Sight;
  readonly #prefix: string;
  readonly #text: string;
  readonly #columnsOfAll: ReadonlySet<string>;
  readonly #tables = new Set<string>();
  readonly #columns = new Set<string>();
  readonly #withs = new Set<string>();
  readonly #blank: { from: number; to: number }[] = [];
  readonly #frames: Frame[] = [{ inFrom: false, isExtract: false }];
  #parameters = 0;
  #relations = 0;
  /** The next token is where a table stands. */
  #isTable = false;

  constructor(tokens: readonly Token[], text: string, sight: Sight, prefix: string) {
    this.#tokens = tokens;
    this.#text = text;
    this.#sight = sight;
    this.#prefix = prefix.toLowerCase();
    this.#columnsOfAll = new Set([...sight.tables.values()].flatMap((columns) => [...columns]));
  }

  run(): Examined {
    const end = this.#assertOneSelect();
    // `name as (` makes a name; which of them are WITH queries matters little: a single name is looked up in the audience's dataset or is one of these.
    this.#tokens.forEach((token, at) => {
      if (isName(token) && this.#word(at + 1) === "as" && this.#sign(at + 2) === "(") this.#withs.add(token.value.toLowerCase());
    });
    for (let at = 0; at < end;) at = this.#step(at);
    if (this.#frames.length > 1) throw new SqlRefused("SYNTAX", "A bracket is never closed.");
    const kept = this.#tokens.slice(0, end);
    let text = this.#text.slice(0, kept.at(-1)?.to);
    for (const { from, to } of this.#blank) text = text.slice(0, from) + text.slice(from, to).replaceAll(/[^\r\n]/g, " ") + text.slice(to);
    return {
      kind: "SELECT", text, offset: 0, tables: [...this.#tables].sort(), columns: [...this.#columns].sort(), parameters: this.#parameters,
      fingerprint: createHash("sha256").update(kept.map(({ kind, value }) => (kind === "string" || kind === "number" ? "?" : kind === "name" ? value.toLowerCase() : value)).join(" ")).digest("hex").slice(0, 16),
    };
  }

  /** How many tokens the statement has, without the semicolon behind it. */
  #assertOneSelect(): number {
    const semicolon = this.#tokens.findIndex(({ kind, value }) => kind === "sign" && value === ";");
    const end = semicolon < 0 ? this.#tokens.length : semicolon;
    if (end === 0) throw new SqlRefused("SYNTAX", "There is no statement: write a SELECT.");
    const next = semicolon < 0 ? undefined : this.#tokens[semicolon + 1];
    if (next) throw new SqlRefused("NOT_ALLOWED", "There is more than one statement: send them one by one.", next.from + 1);
    const first = this.#tokens.find(({ value }) => value !== "(");
    if (!first) throw new SqlRefused("SYNTAX", "There is no statement: write a SELECT.");
    const word = first.value.toLowerCase();
    if (first.kind !== "name" || (word !== "select" && word !== "with")) {
      throw new SqlRefused("NOT_ALLOWED", `Only SELECT and WITH are run here${first.kind === "name" ? `, not ${first.value.slice(0, 30).toUpperCase()}` : ""}.`, first.from + 1);
    }
    return end;
  }

  /** Looks at a token, or at the few that belong together; answers which is next. */
  #step(at: number): number {
    const token = this.#tokens[at] as Token;
    const word = this.#word(at);
    if (this.#isTable && this.#sign(at) !== "(") return this.#table(at);
    if (token.kind === "parameter") this.#parameter(token);
    if (token.kind === "sign") this.#bracketOrComma(at);
    if (isName(token)) this.#name(at);
    if (word !== undefined) this.#keyword(at, word);
    return at + 1;
  }

  #bracketOrComma(at: number): void {
    const { value, from } = this.#tokens[at] as Token;
    const frame = this.#frames.at(-1) as Frame;
    if (value === "(") {
      if (this.#sign(at - 1) === ".") throw new SqlRefused("NOT_ALLOWED", "What stands behind a point is a name.", from + 1);
      if (this.#frames.length >= MAX_DEPTH) throw new SqlRefused("TOO_LONG", "The statement is nested too deeply: ask for less at once.", from + 1);
      // A bracket where a table may stand holds a query or tables that are joined.
      this.#frames.push({ inFrom: this.#isTable, isExtract: this.#word(at - 1) === "extract" });
      return;
    }
    if (value === ")") {
      if (this.#frames.length === 1) throw new SqlRefused("SYNTAX", "A bracket is closed that was never opened.", from + 1);
      this.#frames.pop();
    }
    this.#isTable = value === "," && frame.inFrom;
    if (value === "*" && [",", ".", "select", "distinct", "all"].includes(this.#sign(at - 1) ?? this.#word(at - 1) ?? "")) this.#columns.add("*");
  }

  #keyword(at: number, word: string): void {
    const frame = this.#frames.at(-1) as Frame;
    if (this.#sign(at - 1) === ".") return;
    if (JOINS.has(word)) {
      const isOperator = word === "from" && (frame.isExtract || (this.#word(at - 1) === "distinct" && ["is", "not"].includes(this.#word(at - 2) ?? "")));
      if (isOperator) return;
      frame.inFrom = true;
      this.#isTable = true;
    } else if (ENDS_FROM.has(word)) {
      frame.inFrom = false;
    }
  }

  /** A single name, `marts.` and a name, `unnest(`, or the first word of a query in brackets. */
  #table(at: number): number {
    const token = this.#tokens[at] as Token;
    const word = this.#word(at);
    this.#isTable = false;
    if ((word === "select" || word === "with" || word === "from") && this.#sign(at - 1) === "(") {
      (this.#frames.at(-1) as Frame).inFrom = false;
      return this.#step(at);
    }
    if (word === "unnest" && this.#sign(at + 1) === "(") return at + 1;
    if (!isName(token)) throw new SqlRefused("SYNTAX", "Here stands the name of a table, or a query in brackets.", token.from + 1);
    this.#relations += 1;
    if (this.#relations > MAX_RELATIONS) throw new SqlRefused("TOO_LONG", `The statement reads more than ${MAX_RELATIONS} tables: ask for less at once.`, token.from + 1);
    const isOfMarts = token.value.toLowerCase() === SCHEMA && this.#sign(at + 1) === ".";
    const last = isOfMarts ? at + 2 : at;
    const name = this.#tokens[last];
    const behind = this.#tokens[last + 1];
    const isEnd = behind === undefined || isName(behind) || [",", ")", ";"].includes(this.#sign(last + 1) ?? "");
    if (!name || !isName(name) || !isEnd) throw this.#unknown(at);
    const isWith = this.#withs.has(name.value.toLowerCase());
    if (isOfMarts && isWith) throw new SqlRefused("INVALID", `A WITH query and a table are both called "${name.value}": give the WITH query another name.`, token.from + 1);
    if (!isWith && !this.#sight.tables.has(name.value)) throw this.#unknown(at);
    if (isOfMarts) this.#blank.push({ from: token.from, to: name.from });
    if (this.#sight.tables.has(name.value)) this.#tables.add(name.value);
    return last + 1;
  }

  #unknown(at: number): SqlRefused {
    const path: string[] = [];
    for (let next = at; next < at + 12; next += 1) {
      const token = this.#tokens[next];
      if (!token || !(isName(token) || [".", "-", "*"].includes(this.#sign(next) ?? "")) || (next > at && token.from !== this.#tokens[next - 1]?.to)) break;
      path.push(token.value);
    }
    return new SqlRefused("UNKNOWN_TABLE", `There is no table "${path.join("").slice(0, 200)}" for you: sqlTables, or martgraph sql --tables, lists what there is. Lists of a row are read by unnest(...).`, (this.#tokens[at]?.from ?? 0) + 1);
  }

  #name(at: number): void {
    const token = this.#tokens[at] as Token;
    const lower = token.value.toLowerCase();
    const place = token.from + 1;
    const isBehindPoint = this.#sign(at - 1) === ".";
    if (this.#columnsOfAll.has(lower)) this.#columns.add(lower);
    else if (lower.startsWith(this.#prefix) && !this.#sight.tables.has(token.value)) throw new SqlRefused("NOT_ALLOWED", `No name begins with "${token.value.slice(0, this.#prefix.length)}" here: take another.`, place);
    const foreign = Object.hasOwn(FOREIGN_WORDS, lower) && (token.kind === "name" || lower === "information_schema") ? FOREIGN_WORDS[lower] : undefined;
    if (foreign !== undefined && !isBehindPoint) throw new SqlRefused("NOT_ALLOWED", `${foreign}.`, place);
    if (lower === "information_schema") throw new SqlRefused("NOT_ALLOWED", `${FOREIGN_WORDS[lower]}.`, place);
    if (isBehindPoint && isNamed(this.#tokens[at - 2]) && this.#sign(at - 3) === ".") throw new SqlRefused("NOT_ALLOWED", "A column is named by its table's alias and its name: take off what stands before.", place);
    if (this.#sign(at + 1) === "(") this.#call(at, lower, isBehindPoint);
  }

  #call(at: number, name: string, isBehindPoint: boolean): void {
    const { kind, value, from } = this.#tokens[at] as Token;
    const owner = isBehindPoint ? this.#tokens[at - 2] : undefined;
    // Behind a value's bracket a point calls a function on it.
    const isSafe = owner?.kind === "name" && owner.value.toLowerCase() === "safe" && this.#sign(at - 3) !== ".";
    const isPlain = kind === "name" && (!isBehindPoint || isSafe);
    if (isPlain && GOOGLE_FUNCTIONS.has(name)) return;
    if (kind === "name" && !isBehindPoint && BEFORE_BRACKETS.has(name)) {
      if (name === "with") throw new SqlRefused("NOT_ALLOWED", "WITH names queries here, before a SELECT.", from + 1);
      return;
    }
    throw new SqlRefused("NOT_ALLOWED", `The function "${owner && isNamed(owner) ? `${owner.value}.` : ""}${value}" is not one of those that may be called: docs/sql.md says where they are listed.`, from + 1);
  }

  #parameter({ value, from }: Token): void {
    const number = Number(value.slice(2));
    if (number > MAX_PARAMETERS) throw new SqlRefused("BAD_PARAMETER", `Parameters are @p1 to @p${MAX_PARAMETERS}.`, from + 1);
    this.#parameters = Math.max(this.#parameters, number);
  }

  #sign(at: number): string | undefined {
    const token = this.#tokens[at];
    return token?.kind === "sign" ? token.value : undefined;
  }

  /** A bare name in small letters. */
  #word(at: number): string | undefined {
    const token = this.#tokens[at];
    return token?.kind === "name" ? token.value.toLowerCase() : undefined;
  }
}

const isName = ({ kind }: Token): boolean => kind === "name" || kind === "quoted";
const isNamed = (token: Token | undefined): boolean => token !== undefined && isName(token);

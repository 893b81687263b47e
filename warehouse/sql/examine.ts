import { fingerprintSync } from "libpg-query";
import { FUNCTIONS, MAX_PADDING, OPERATORS, PADDING, TABLE_FUNCTIONS, TYPES } from "./functions.ts";
import { NODE_SHAPES, PLACES, SPOKEN } from "./nodeShapes.ts";
import { characterAt, parseStatement, type Parsed } from "./parseStatement.ts";
import { SqlRefused } from "./refusal.ts";

/** What the asker may name. */
export interface Sight {
  /** Tables by name, with their columns. */
  readonly tables: ReadonlyMap<string, ReadonlySet<string>>;
  /** Names of all functions of the server: `row.name` calls a function where the row has no such column. */
  readonly serverFunctions: ReadonlySet<string>;
  readonly mayExplain: boolean;
}

/** A statement that may be run, and what is known of it. */
export interface Examined {
  readonly kind: "SELECT" | "EXPLAIN";
  /** To be run with the audience's schema alone in the search path: names of tables stand without schema, all else where it stood. */
  readonly text: string;
  /** Characters of what was given before `text`. */
  readonly offset: number;
  readonly tables: readonly string[];
  /** Names of columns that it mentions; `*` for all. */
  readonly columns: readonly string[];
  /** How many parameters it takes: the highest `$n`. */
  readonly parameters: number;
  /** The same for statements that differ in literals and layout alone. */
  readonly fingerprint: string;
}

/** The schema under which people know the published build. */
const SCHEMA = "marts";
const MAX_DEPTH = 150;
const MAX_RELATIONS = 40;
const MAX_PARAMETERS = 100;

/** Reads a statement and takes it apart; answers what may be run of it. @throws SqlRefused */
export function examine(sql: string, sight: Sight): Examined {
  const first = new Examination(sql, parseStatement(sql), sight).run();
  if (first.prefixes.length === 0) return first.examined;
  // What runs is what was examined: the text without the schema's name is looked at anew, and must need no further change.
  const bytes = Buffer.from(sql);
  for (const { from, to } of first.prefixes) bytes.fill(" ", from, to);
  const bare = bytes.toString();
  const again = new Examination(bare, parseStatement(bare), sight).run();
  if (again.prefixes.length > 0 || again.examined.tables.join() !== first.examined.tables.join()) throw new SqlRefused("NOT_ALLOWED", "A name of this statement can be read in two ways: give the subquery another name than the table's.");
  return again.examined;
}

type Node = Readonly<Record<string, unknown>>;
type Scope = ReadonlySet<string>;
const isNode = (value: unknown): value is Node => typeof value === "object" && value !== null && !Array.isArray(value);

class Examination {
  readonly #sql: string;
  readonly #parsed: Parsed;
  readonly #sight: Sight;
  readonly #tables = new Set<string>();
  readonly #columns = new Set<string>();
  readonly #prefixes: { from: number; to: number }[] = [];
  #relations = 0;
  #parameters = 0;

  constructor(sql: string, parsed: Parsed, sight: Sight) {
    this.#sql = sql;
    this.#parsed = parsed;
    this.#sight = sight;
  }

  run(): { examined: Examined; prefixes: readonly { from: number; to: number }[] } {
    const { text, node, offset } = this.#parsed;
    const kind = this.#statement(node);
    return {
      prefixes: this.#prefixes,
      examined: {
        kind, text, offset: characterAt(this.#sql, offset) - 1, tables: [...this.#tables].sort(), columns: [...this.#columns].sort(), parameters: this.#parameters, fingerprint: fingerprintSync(text),
      },
    };
  }

  #statement(node: Node): Examined["kind"] {
    const [type = "", body] = Object.entries(node)[0] ?? [];
    if (type === "SelectStmt" && isNode(body)) {
      this.#node(type, body, new Set(), 0);
      return "SELECT";
    }
    if (type !== "ExplainStmt" || !isNode(body)) throw new SqlRefused("NOT_ALLOWED", `Only SELECT, WITH, VALUES and EXPLAIN are run here, not ${type.replace(/Stmt$/, "").replace(/(?<=[a-z])(?=[A-Z])/g, " ").toUpperCase()}.`);
    if (!this.#sight.mayExplain) throw new SqlRefused("NOT_ALLOWED", "EXPLAIN is not for vendors: a plan tells of rows that are not yours. Ask for an estimate instead.");
    for (const option of (body["options"] as Node[] | undefined) ?? []) this.#explainOption(option["DefElem"] as Node);
    const inner = body["query"];
    if (!isNode(inner) || !isNode(inner["SelectStmt"])) throw new SqlRefused("NOT_ALLOWED", "Only a SELECT can be explained.");
    this.#node("SelectStmt", inner["SelectStmt"], new Set(), 0);
    return "EXPLAIN";
  }

  #explainOption(option: Node): void {
    const name = option["defname"];
    const value = isNode(option["arg"]) ? (option["arg"]["String"] as Node | undefined)?.["sval"] : undefined;
    if (name === "costs" || (name === "format" && (value === "json" || value === "text"))) return;
    throw new SqlRefused("NOT_ALLOWED", `EXPLAIN takes FORMAT (text, json) and COSTS here, not ${String(name).toUpperCase()}${name === "analyze" ? ", which runs the statement" : ""}.`, this.#at(option));
  }

  /** A node and all below it. `scope` holds the names of the WITH queries that it may mean. */
  #node(type: string, node: Node, scope: Scope, depth: number): void {
    const shape = Object.hasOwn(NODE_SHAPES, type) ? NODE_SHAPES[type] : undefined;
    if (!shape) throw new SqlRefused("NOT_ALLOWED", `${spoken(type)}: only reading with SELECT is done here.`, this.#at(node));
    if (depth > MAX_DEPTH) throw new SqlRefused("TOO_LONG", "The statement is nested too deeply: ask for less at once.", this.#at(node));
    if (type === "SelectStmt") return this.#select(node, shape, scope, depth);
    this.#judge(type, node, scope);
    this.#fields(type, node, shape, scope, depth);
  }

  #fields(type: string, node: Node, shape: Readonly<Record<string, string>>, scope: Scope, depth: number, except?: string): void {
    for (const [field, value] of Object.entries(node)) {
      if (field === except || PLACES.has(field)) continue;
      const kind = Object.hasOwn(shape, field) ? shape[field] : undefined;
      if (kind === undefined) throw new SqlRefused("NOT_ALLOWED", `${spoken(field, type)}: only reading with SELECT is done here.`, this.#at(node));
      if (kind === "nodes") this.#nodes(value, scope, depth + 1);
      else if (kind !== "value") this.#node(kind, value as Node, scope, depth + 1);
      else if (typeof value === "object") throw new SqlRefused("NOT_ALLOWED", `${spoken(field, type)}: only reading with SELECT is done here.`, this.#at(node));
    }
  }

  #nodes(value: unknown, scope: Scope, depth: number): void {
    for (const one of Array.isArray(value) ? (value as unknown[]) : [value]) {
      if (!isNode(one)) throw new SqlRefused("NOT_ALLOWED", "A part of this statement is not known here.");
      // DISTINCT without columns is a list of one nothing.
      for (const [type, node] of Object.entries(one)) this.#node(type, node as Node, scope, depth);
    }
  }

  /** A query sees the WITH queries before it; a WITH query only those before it. */
  #select(node: Node, shape: Readonly<Record<string, string>>, outer: Scope, depth: number): void {
    let scope = outer;
    const withClause = node["withClause"];
    if (isNode(withClause)) {
      if (withClause["recursive"] === true) throw new SqlRefused("NOT_ALLOWED", `${SPOKEN["recursive"]}.`, this.#at(withClause));
      for (const one of (withClause["ctes"] as Node[] | undefined) ?? []) {
        const cte = one["CommonTableExpr"] as Node;
        this.#node("CommonTableExpr", cte, scope, depth + 1);
        scope = new Set([...scope, String(cte["ctename"])]);
      }
    }
    this.#fields("SelectStmt", node, shape, scope, depth, "withClause");
  }

  #judge(type: string, node: Node, scope: Scope): void {
    switch (type) {
      case "RangeVar": return this.#relation(node, scope);
      case "ColumnRef": return this.#column(node);
      case "FuncCall": return this.#call(node);
      case "RangeFunction": return this.#tableFunction(node);
      case "TypeName": return this.#type(node);
      case "A_Expr": return this.#operator(node["name"], node);
      case "SubLink": return node["operName"] === undefined ? undefined : this.#operator(node["operName"], node);
      case "A_Indirection": return this.#subscript(node);
      case "SQLValueFunction": return this.#valueFunction(node);
      case "ParamRef": return this.#parameter(node);
      default: return undefined;
    }
  }

  #relation(node: Node, scope: Scope): void {
    const name = String(node["relname"]);
    const schema = node["schemaname"];
    this.#relations += 1;
    if (this.#relations > MAX_RELATIONS) throw new SqlRefused("TOO_LONG", `The statement reads more than ${MAX_RELATIONS} tables: ask for less at once.`, this.#at(node));
    if (schema === undefined && scope.has(name)) return;
    if ((schema !== undefined && schema !== SCHEMA) || !this.#sight.tables.has(name)) {
      throw new SqlRefused("UNKNOWN_TABLE", `There is no table "${schema === undefined ? "" : `${String(schema)}.`}${name}" for you${like(name, [...this.#sight.tables.keys()])}: sqlTables, or martgraph sql --tables, lists what there is.`, this.#at(node));
    }
    if (schema !== undefined) {
      if (scope.has(name)) throw new SqlRefused("INVALID", `A WITH query and a table are both called "${name}": give the WITH query another name.`, this.#at(node));
      this.#prefixes.push(this.#prefix(node));
    }
    this.#tables.add(name);
  }

  #column(node: Node): void {
    const fields = (node["fields"] as Node[]).map((field) => (isNode(field["String"]) ? String(field["String"]["sval"]) : "*"));
    const last = fields.at(-1) as string;
    if (fields.length > 3 || (fields.length === 3 && fields[0] !== SCHEMA)) throw new SqlRefused("INVALID", "A column is named by its table's alias and its name: take off what stands before.", this.#at(node));
    if (fields.length === 3) this.#prefixes.push(this.#prefix(node));
    if (fields.length > 1 && last !== "*" && this.#sight.serverFunctions.has(last) && !FUNCTIONS.has(last) && !this.#isColumn(last)) {
      throw new SqlRefused("NOT_ALLOWED", `"${fields.join(".")}" may mean a function of that name: give the column another name.`, this.#at(node));
    }
    this.#columns.add(last);
  }

  #isColumn(name: string): boolean {
    for (const columns of this.#sight.tables.values()) if (columns.has(name)) return true;
    return false;
  }

  #call(node: Node): void {
    const name = this.#catalogName(node["funcname"]);
    if (name === undefined || !FUNCTIONS.has(name)) {
      const shown = namesOf(node["funcname"]).join(".");
      throw new SqlRefused("NOT_ALLOWED", `The function "${shown}" is not one of those that may be called${like(shown, [...FUNCTIONS])}: docs/sql.md lists them.`, this.#at(node));
    }
    if (PADDING.has(name)) {
      const [, length] = (node["args"] as Node[] | undefined) ?? [];
      const written = isNode(length?.["A_Const"]) ? length["A_Const"]["ival"] : undefined;
      if (!isNode(written) || Number(written["ival"] ?? 0) > MAX_PADDING) throw new SqlRefused("NOT_ALLOWED", `${name} takes a length that is written out, at most ${MAX_PADDING}.`, this.#at(node));
    }
  }

  #tableFunction(node: Node): void {
    for (const one of node["functions"] as Node[]) {
      const call = ((one["List"] as Node)["items"] as Node[])[0]?.["FuncCall"];
      const name = isNode(call) ? this.#catalogName(call["funcname"]) : undefined;
      if (name === undefined || !TABLE_FUNCTIONS.has(name)) throw new SqlRefused("NOT_ALLOWED", `Only ${[...TABLE_FUNCTIONS].join(" and ")} may stand in FROM beside tables.`, this.#at(isNode(call) ? call : node));
    }
  }

  #type(node: Node): void {
    const name = this.#catalogName(node["names"]);
    if (name === undefined || !TYPES.has(name)) throw new SqlRefused("NOT_ALLOWED", `The type "${namesOf(node["names"]).join(".")}" is not one of those that may be cast to: ${[...TYPES].join(", ")}.`, this.#at(node));
  }

  #operator(names: unknown, node: Node): void {
    const [name = "", ...more] = namesOf(names);
    // Kinds with words of their own for a name: BETWEEN and its like, and those that stand for an operator.
    const isWord = /^(NOT )?BETWEEN( SYMMETRIC)?$/.test(name);
    if (more.length > 0 || (!isWord && !OPERATORS.has(name))) throw new SqlRefused("NOT_ALLOWED", `The operator "${[name, ...more].join(".")}" is not taken here.`, this.#at(node));
  }

  /** `(value).name` would call any function of one argument. */
  #subscript(node: Node): void {
    for (const part of node["indirection"] as Node[]) {
      if (!part["A_Indices"]) throw new SqlRefused("NOT_ALLOWED", `${SPOKEN["indirection"]}: name the column itself.`, this.#at(node));
    }
  }

  #valueFunction(node: Node): void {
    if (!/^SVFOP_(CURRENT_DATE|CURRENT_TIME|CURRENT_TIMESTAMP|LOCALTIME|LOCALTIMESTAMP)(_N)?$/.test(String(node["op"]))) throw new SqlRefused("NOT_ALLOWED", "Who is logged in to the database is no matter of a query.", this.#at(node));
  }

  #parameter(node: Node): void {
    const number = Number(node["number"] ?? 0);
    if (number < 1 || number > MAX_PARAMETERS) throw new SqlRefused("BAD_PARAMETER", `Parameters are $1 to $${MAX_PARAMETERS}.`, this.#at(node));
    this.#parameters = Math.max(this.#parameters, number);
  }

  /** A name without schema, or of the server's own. */
  #catalogName(names: unknown): string | undefined {
    const [first, second, ...more] = namesOf(names);
    if (more.length > 0) return undefined;
    return second === undefined ? first : first === "pg_catalog" ? second : undefined;
  }

  /** Where `marts.` stands, in bytes. */
  #prefix(node: Node): { from: number; to: number } {
    const from = Number(node["location"] ?? 0);
    const found = /^(?:marts|"marts")[ \t\r\n]*\./i.exec(Buffer.from(this.#sql).subarray(from).toString());
    if (!found) throw new SqlRefused("INVALID", `Write ${SCHEMA}.name with nothing in between, or the name alone.`, this.#at(node));
    return { from, to: from + found[0].length };
  }

  #at(node: Node): number | undefined {
    const { location } = node;
    return typeof location === "number" && location >= 0 ? characterAt(this.#sql, location) : undefined;
  }
}

function namesOf(names: unknown): string[] {
  return Array.isArray(names) ? (names as Node[]).map((one) => (isNode(one["String"]) ? String(one["String"]["sval"] ?? "") : "")) : [];
}

function spoken(name: string, within?: string): string {
  return SPOKEN[name] ?? (within && SPOKEN[within]) ?? `${name.replace(/Stmt$|Expr$|Clause$/, "").replaceAll("_", " ").replace(/(?<=[a-z])(?=[A-Z])/g, " ").toUpperCase()} is not taken`;
}

/** A name that the asker may have meant. */
function like(name: string, known: readonly string[]): string {
  const near = known.find((one) => one.replaceAll("_", "") === name.replaceAll("_", "")) ?? known.find((one) => name.length > 3 && (one.startsWith(name) || one.endsWith(name) || name.startsWith(one)));
  return near ? ` (did you mean "${near}"?)` : "";
}

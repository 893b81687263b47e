import { boundedPattern, type BoundedPattern } from "#schema/mapping/boundedPattern.ts";
import { isCurrency } from "#schema/values/currencies.ts";
import type { Condition, Expression, Plain, Transform } from "#schema/mapping/expression.ts";
import { isDateFormat, minutesOf } from "#schema/mapping/readDate.ts";
import type { AnExpression, ConditionText, ExpressionText, TransformText } from "./expressionText.ts";

type Path = readonly PropertyKey[];
export interface CompileScope {
  readonly sources: { has(name: string): boolean };
  readonly lookups: ReadonlyMap<string, ReadonlyMap<string, Plain>>;
  readonly currency: string | undefined;
  /** Which columns of which sources are joined by. */
  readonly joined: Map<string, Set<string>>;
  tell(path: Path, message: string): void;
}

const NO_PATTERN: BoundedPattern = { extract: () => undefined, matches: () => false };

function patternOf(source: string, scope: CompileScope, path: Path): BoundedPattern {
  const pattern = boundedPattern(source);
  if (!("problem" in pattern)) return pattern;
  scope.tell(path, `the pattern cannot be read: ${pattern.problem}`);
  return NO_PATTERN;
}

export function compileCondition(text: ConditionText, scope: CompileScope, path: Path): Condition {
  if ("all" in text) return { kind: "ALL", of: text.all.map((one, index) => compileCondition(one, scope, [...path, "all", index])) };
  if ("any" in text) return { kind: "ANY", of: text.any.map((one, index) => compileCondition(one, scope, [...path, "any", index])) };
  if ("not" in text) return { kind: "NOT", of: compileCondition(text.not, scope, [...path, "not"]) };
  const { column } = text;
  if ("is" in text) return { kind: "IS", column, values: new Set([String(text.is)]) };
  if ("in" in text) return { kind: "IS", column, values: new Set(text.in.map(String)) };
  if ("matches" in text) return { kind: "MATCHES", column, pattern: patternOf(text.matches, scope, [...path, "matches"]) };
  const empty: Condition = { kind: "EMPTY", column };
  return text.empty ? empty : { kind: "NOT", of: empty };
}

export function compileExpression(text: AnExpression, scope: CompileScope, path: Path): Expression {
  if (typeof text === "string") return { from: { kind: "COLUMN", column: text }, transforms: [], when: undefined, fallback: undefined };
  return {
    from: fromOf(text, scope, path),
    transforms: (text.transforms ?? []).map((one, index) => compileTransform(one, scope, [...path, "transforms", index])),
    when: text.when && compileCondition(text.when, scope, [...path, "when"]),
    fallback: Array.isArray(text.default) ? text.default.map(String) : text.default,
  };
}

const STARTS = ["column", "constant", "template", "firstOf", "allOf", "map", "join"] as const;

function fromOf(text: ExpressionText, scope: CompileScope, path: Path): Expression["from"] {
  const given = STARTS.filter((start) => text[start] !== undefined);
  if (given.length !== 1) scope.tell(path, `exactly one of ${STARTS.join(", ")} says where the value comes from`);
  const inner = (one: AnExpression, ...more: Path) => compileExpression(one, scope, [...path, ...more]);
  if (text.column !== undefined) return { kind: "COLUMN", column: text.column };
  if (text.template !== undefined) return { kind: "TEMPLATE", parts: templateParts(text.template, scope, path) };
  if (text.firstOf !== undefined) return { kind: "FIRST_OF", of: text.firstOf.map((one, index) => inner(one, "firstOf", index)) };
  if (text.allOf !== undefined) return { kind: "ALL_OF", of: text.allOf.map((one, index) => inner(one, "allOf", index)) };
  if (text.map !== undefined) return { kind: "MAP", of: new Map(Object.entries(text.map).map(([name, one]) => [name, inner(one, "map", name)])) };
  if (text.join !== undefined) {
    const { source, on, key, take, all = false } = text.join;
    if (!scope.sources.has(source)) scope.tell([...path, "join", "source"], `there is no source "${source}" under \`sources\``);
    const keys = scope.joined.get(source) ?? new Set();
    scope.joined.set(source, keys.add(key));
    return { kind: "JOIN", source, on: inner(on, "join", "on"), key, take, all };
  }
  const { constant } = text;
  return { kind: "CONSTANT", value: Array.isArray(constant) ? constant.map(String) : (constant ?? null) };
}

function templateParts(template: string, scope: CompileScope, path: Path): ({ text: string } | { column: string })[] {
  const parts: ({ text: string } | { column: string })[] = [];
  for (const piece of template.split(/(\{[^{}]*\})/)) {
    if (/^\{[^{}]+\}$/.test(piece)) parts.push({ column: piece.slice(1, -1) });
    else if (/[{}]/.test(piece)) scope.tell([...path, "template"], "a template has columns in braces, {first} {last}");
    else if (piece !== "") parts.push({ text: piece });
  }
  return parts;
}

function punctuation(given: { decimal?: string | undefined; thousands?: string | undefined }): { decimal: string; thousands: string | undefined } {
  const decimal = given.decimal ?? ".";
  const thousands = given.thousands ?? (decimal === "," ? "." : ",");
  return { decimal, thousands: thousands === "none" ? undefined : thousands };
}

const WORDS: Readonly<Record<string, Transform["kind"]>> = { trim: "TRIM", lower: "LOWER", upper: "UPPER", collapse: "COLLAPSE", json: "JSON", unique: "UNIQUE", lines: "LINES", htmlToText: "HTML_TO_TEXT", textToHtml: "TEXT_TO_HTML" };

function compileTransform(text: TransformText, scope: CompileScope, path: Path): Transform {
  if (typeof text === "string") {
    if (text === "number") return { kind: "NUMBER", ...punctuation({}) };
    if (text === "money") return { kind: "MONEY", ...punctuation({}), currency: scope.currency };
    // Fields that hold HTML are cleaned when they are written, whoever writes them; the word says that a column is meant as HTML.
    if (text === "html") return { kind: "TRIM" };
    return { kind: WORDS[text] } as Transform;
  }
  if (text.number) return { kind: "NUMBER", ...marks(punctuation(text.number), scope, path) };
  if (text.money) {
    const currency = text.money.currency ?? scope.currency;
    if (currency !== undefined && !isCurrency(currency)) scope.tell(path, "this is no currency of ISO 4217");
    return { kind: "MONEY", ...marks(punctuation(text.money), scope, path), currency, minorDigits: text.money.minorDigits };
  }
  if (text.date !== undefined) {
    const { format, zone = "Z" } = typeof text.date === "string" ? { format: text.date } : text.date;
    if (!isDateFormat(format)) scope.tell([...path, "date"], `the format "${format}" is not known: write it with yyyy MM dd HH mm ss`);
    return { kind: "DATE", format, zoneMinutes: minutesOf(zone) };
  }
  if (text.split !== undefined) return { kind: "SPLIT", by: text.split };
  if (text.join !== undefined) return { kind: "JOIN_WITH", by: text.join };
  if (text.pairs) return { kind: "PAIRS", by: text.pairs.by, is: text.pairs.is, each: text.pairs.each, pick: text.pairs.pick && new Set(text.pairs.pick), omit: new Set(text.pairs.omit) };
  if (text.key !== undefined) return { kind: "KEY", name: text.key };
  if (text.lookup !== undefined) {
    const { table, otherwise = "refuse" } = typeof text.lookup === "string" ? { table: text.lookup } : text.lookup;
    const found = typeof table === "string" ? scope.lookups.get(table) : new Map<string, Plain>(Object.entries(table));
    if (!found) scope.tell([...path, "lookup"], `there is no table "${String(table)}" under \`lookups\``);
    return { kind: "LOOKUP", table: found ?? new Map<string, Plain>(), otherwise: otherwise.toUpperCase() as "KEEP" | "EMPTY" | "REFUSE" };
  }
  if (text.extract !== undefined) {
    const { pattern, otherwise = "refuse" } = typeof text.extract === "string" ? { pattern: text.extract } : text.extract;
    return { kind: "EXTRACT", pattern: patternOf(pattern, scope, [...path, "extract"]), otherwise: otherwise.toUpperCase() as "EMPTY" | "REFUSE" };
  }
  if (text.replace) return { kind: "REPLACE", ...text.replace };
  const [before = "", after = ""] = (text.wrap ?? "{}").split("{}");
  return { kind: "WRAP", before, after };
}

function marks<T extends { decimal: string; thousands: string | undefined }>(given: T, scope: CompileScope, path: Path): T {
  if (given.decimal === given.thousands) scope.tell(path, "decimals and thousands cannot have the same mark");
  return given;
}

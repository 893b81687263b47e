import { LineCounter, parseDocument } from "yaml";
import type { z } from "zod";
import { err, ok, type Result } from "#schema/values/result.ts";
import { isCurrency } from "../../domain/import/checkFields.ts";
import { FIELDS, ROW_PREFIX } from "../../domain/import/entityFields.ts";
import type { Entity, Expression, Mapping, Source, Step } from "../../domain/import/mapping.ts";
import { compileCondition, compileExpression, type CompileScope } from "./compileExpression.ts";
import { type MappingText, mappingText } from "./mappingSchema.ts";

const MAX_MAPPING = 262_144;
const MAX_TOLD = 20;

/** What is wrong with a mapping: where it stands and what to do. */
export interface MappingProblem {
  /** From 1; null where it is about the whole. */
  readonly line: number | null;
  /** `imports[0].fields.name`. */
  readonly path: string;
  readonly message: string;
}

/** Reads a mapping written in YAML, or says all that is wrong with it. */
export function readMapping(text: string): Result<Mapping, readonly MappingProblem[]> {
  if (text.length > MAX_MAPPING) return err([{ line: null, path: "", message: `the mapping has more than ${MAX_MAPPING} characters` }]);
  const counter = new LineCounter();
  let document: ReturnType<typeof parseDocument>;
  let value: unknown;
  try {
    document = parseDocument(text, { lineCounter: counter, uniqueKeys: true, prettyErrors: false, merge: true });
    const [broken] = document.errors;
    if (broken) return err([{ line: counter.linePos(broken.pos[0]).line, path: "", message: `this is no YAML: ${broken.message.split("\n")[0]}` }]);
    // Nodes that stand for one another may multiply into billions: few are enough for any mapping.
    value = document.toJS({ maxAliasCount: 100 });
  } catch {
    return err([{ line: null, path: "", message: "this is no YAML that can be read: it is nested too deep, or has too many aliases" }]);
  }
  const lineOf = (path: readonly PropertyKey[]): number | null => {
    // The nearest part that stands there: what is missing is told at what should hold it.
    for (let length = path.length; length > 0; length -= 1) {
      const node = document.getIn(path.slice(0, length), true) as { range?: readonly number[] | null } | undefined;
      if (node?.range) return counter.linePos(node.range[0] as number).line;
    }
    return value === null ? null : 1;
  };
  const problems: MappingProblem[] = [];
  const tell = (path: readonly PropertyKey[], message: string): void => void (problems.length < MAX_TOLD && problems.push({ line: lineOf(path), path: pathText(path), message }));
  const read = mappingText.safeParse(value);
  if (!read.success) {
    for (const issue of read.error.issues) tellIssue(issue, [], tell);
    return err(problems);
  }
  const mapping = compile(read.data, tell);
  return problems.length > 0 ? err(problems) : ok(mapping);
}

export function mappingSentence({ line, path, message }: MappingProblem): string {
  return `${line === null ? "" : `line ${line}: `}${path === "" ? "" : `${path}: `}${message}`;
}

function pathText(path: readonly PropertyKey[]): string {
  return path.map((part, index) => (typeof part === "number" ? `[${part}]` : `${index === 0 ? "" : "."}${String(part)}`)).join("");
}

/** Of a value that fits none of several forms, the form it comes nearest to is told of. */
function tellIssue(issue: z.core.$ZodIssue, before: readonly PropertyKey[], tell: (path: readonly PropertyKey[], message: string) => void): void {
  const path = [...before, ...issue.path];
  if (issue.code === "invalid_union" && issue.errors.length > 0) {
    const nearest = issue.errors.toSorted((one, other) => reach(other) - reach(one))[0] as z.core.$ZodIssue[];
    if (reach(nearest) > 0) return nearest.forEach((inner) => tellIssue(inner, path, tell));
    return tell(path, "this is none of the forms that may stand here: docs/importing.md lists them");
  }
  if (issue.code === "unrecognized_keys") return tell([...path, issue.keys[0] as string], `there is no key \`${issue.keys.join("`, `")}\` here`);
  tell(path, issue.message.replace(/^Invalid input: /, ""));
}

/** How far into a value its problems lie; a key that is not known says little about what was meant. */
function reach(issues: readonly z.core.$ZodIssue[]): number {
  return Math.max(0, ...issues.map((issue) => issue.path.length + (issue.code === "unrecognized_keys" || issue.code === "custom" ? 1 : 0))) - (issues.some((issue) => issue.code === "unrecognized_keys") ? 0.5 : 0);
}

function compile(text: MappingText, tell: (path: readonly PropertyKey[], message: string) => void): Mapping {
  if (text.currency !== undefined && !isCurrency(text.currency)) tell(["currency"], "this is no currency of ISO 4217");
  const sources = new Map<string, Source>();
  for (const [name, source] of Object.entries(text.sources)) {
    for (const [index, file] of source.files.entries()) if (!isInnerPath(file)) tell(["sources", name, "files", index], "a file is named by its path inside of the import's folder, without `..`");
    const kind = source.format === "jsonl" || (source.format === undefined && /\.(jsonl|ndjson)(\.gz)?$/i.test(source.files[0] ?? "")) ? "JSONL" : "CSV";
    sources.set(name, { name, files: source.files, format: {
      kind, encoding: source.encoding ?? "utf-8", delimiter: source.delimiter ?? ",", quote: source.quote ?? '"', columns: source.columns, ragged: source.ragged ?? false, guarded: source.guarded ?? false, isSparse: source.sparse ?? false,
    } });
  }
  const joined = new Map<string, Set<string>>();
  const scope: CompileScope = { sources, lookups: new Map(Object.entries(text.lookups ?? {}).map(([name, table]) => [name, new Map(Object.entries(table))])), currency: text.currency, tell, joined };
  const steps = text.imports.map((one, index): Step => {
    const at = ["imports", index] as const;
    const entity = one.entity.toUpperCase() as Entity;
    const source = sources.get(one.from);
    if (!source) tell([...at, "from"], `there is no source "${one.from}" under \`sources\``);
    const known = FIELDS[entity];
    const fields = new Map<string, Expression>();
    for (const [name, expression] of Object.entries(one.fields)) {
      if (!Object.hasOwn(known, name)) tell([...at, "fields", name], `a ${one.entity} has no field "${name}"; it has ${Object.keys(known).join(", ")}`);
      fields.set(name, compileExpression(expression, scope, [...at, "fields", name]));
    }
    for (const [name, spec] of Object.entries(known)) if (spec.isRequired && !fields.has(name)) tell([...at, "fields"], `a ${one.entity} needs the field "${name}"`);
    if (entity === "PRODUCT" && !["externalRef", "slug", "variant.sku"].some((name) => fields.has(name))) tell([...at, "fields"], "a product needs `variant.sku`, `externalRef` or `slug`, to be known by");
    if (one.group && !ROW_PREFIX[entity]) tell([...at, "group"], "only products and orders are made of several rows");
    return {
      name: one.name ?? `${one.entity} from ${one.from}`, entity, source: source as Source, fields,
      where: one.where && compileCondition(one.where, scope, [...at, "where"]),
      groupBy: one.group ? compileExpression(one.group.by, scope, [...at, "group", "by"]) : entity === "ORDER" ? fields.get("number") : undefined,
      parent: one.group?.parent && compileCondition(one.group.parent, scope, [...at, "group", "parent"]),
    };
  });
  const attributes = new Map(Object.entries(text.attributes ?? {}).map(([code, rule]) => {
    if (!/^[a-z][a-z0-9_]{0,99}$/.test(code)) tell(["attributes", code], "a code has small letters, digits and `_`, and begins with a letter");
    const type = (rule.type ?? "option").toUpperCase() as "TEXT" | "NUMBER" | "BOOLEAN" | "DATE" | "OPTION";
    if (rule.variant && type !== "OPTION") tell(["attributes", code, "variant"], "variants differ by attributes of type option alone");
    return [code, { name: rule.name, type, unit: rule.unit, isFilterable: rule.filterable ?? false, isSearchable: rule.searchable ?? false, isVariantOption: rule.variant ?? false }];
  }));
  return { name: text.name, currency: text.currency, sources, joined, attributes, steps };
}

/** A path that stays where it begins: no way up, no root, no drive, nothing hidden. */
export function isInnerPath(path: string): boolean {
  return path.length <= 300 && !/[\\:\p{Cc}]/u.test(path) && path.split("/").every((part) => part !== "" && part !== "." && part !== ".." && !part.startsWith(".")) && path.isWellFormed();
}

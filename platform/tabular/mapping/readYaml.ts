import { LineCounter, parseDocument } from "yaml";
import type { z } from "zod";
import { err, ok, type Result } from "#schema/values/result.ts";

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

export type Tell = (path: readonly PropertyKey[], message: string) => void;

/** Reads a mapping written in YAML against its schema and compiles it, or says all that is wrong with it; `docs` is the page that lists the forms. */
export function readYaml<S extends z.ZodType, T>(text: string, schema: S, docs: string, compile: (value: z.output<S>, tell: Tell) => T): Result<T, readonly MappingProblem[]> {
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
  const tell: Tell = (path, message) => void (problems.length < MAX_TOLD && problems.push({ line: lineOf(path), path: pathText(path), message }));
  const read = schema.safeParse(value);
  if (!read.success) {
    for (const issue of read.error.issues) tellIssue(issue, [], docs, tell);
    return err(problems);
  }
  const compiled = compile(read.data, tell);
  return problems.length > 0 ? err(problems) : ok(compiled);
}

export function mappingSentence({ line, path, message }: MappingProblem): string {
  return `${line === null ? "" : `line ${line}: `}${path === "" ? "" : `${path}: `}${message}`;
}

function pathText(path: readonly PropertyKey[]): string {
  return path.map((part, index) => (typeof part === "number" ? `[${part}]` : `${index === 0 ? "" : "."}${String(part)}`)).join("");
}

/** Of a value that fits none of several forms, the form it comes nearest to is told of. */
function tellIssue(issue: z.core.$ZodIssue, before: readonly PropertyKey[], docs: string, tell: Tell): void {
  const path = [...before, ...issue.path];
  if (issue.code === "invalid_union" && issue.errors.length > 0) {
    const nearest = issue.errors.toSorted((one, other) => reach(other) - reach(one))[0] as z.core.$ZodIssue[];
    if (reach(nearest) > 0) return nearest.forEach((inner) => tellIssue(inner, path, docs, tell));
    return tell(path, `this is none of the forms that may stand here: ${docs} lists them`);
  }
  if (issue.code === "unrecognized_keys") return tell([...path, issue.keys[0] as string], `there is no key \`${issue.keys.join("`, `")}\` here`);
  tell(path, issue.message.replace(/^Invalid input: /, ""));
}

/** How far into a value its problems lie; a key that is not known says little about what was meant. */
function reach(issues: readonly z.core.$ZodIssue[]): number {
  return Math.max(0, ...issues.map((issue) => issue.path.length + (issue.code === "unrecognized_keys" || issue.code === "custom" ? 1 : 0))) - (issues.some((issue) => issue.code === "unrecognized_keys") ? 0.5 : 0);
}

import { finite, object, text } from "./json.ts";
import { ModelRefused } from "./modelRefused.ts";

/** One input of a model, made of named columns. The steps and their order are those of martgraph_training/terms.py. */
export interface Term {
  readonly of: number;
  readonly times?: number;
  readonly over?: number;
  /** Replaces a divisor that is not finite. */
  readonly overFill?: number;
  readonly overMin?: number;
  readonly overPlus?: number;
  /** Replaces a result that is not finite. */
  readonly fill?: number;
  readonly cap?: number;
  readonly log1p: boolean;
  /** 1 where the column is NaN, else 0; nothing else applies. */
  readonly missing: boolean;
}

const NUMBERS = ["overFill", "overMin", "overPlus", "fill", "cap"] as const;

/** @throws ModelRefused when it names a column that is not there, or a step that this code does not know. */
export function parseTerm(value: unknown, columns: readonly string[]): Term {
  const document = object(value, "a term");
  const place = (key: string) => {
    const name = text(document[key], `a term's "${key}"`);
    const index = columns.indexOf(name);
    if (index < 0) throw new ModelRefused(`a term reads column "${name}", which the model does not list`);
    return index;
  };
  const known = new Set<string>(["of", "times", "over", "log1p", "missing", ...NUMBERS]);
  const strange = Object.keys(document).find((key) => !known.has(key));
  if (strange) throw new ModelRefused(`a term has a step "${strange}" that this version does not know: update the code`);
  return {
    of: place("of"),
    ...("times" in document ? { times: place("times") } : {}),
    ...("over" in document ? { over: place("over") } : {}),
    ...Object.fromEntries(NUMBERS.filter((key) => key in document).map((key) => [key, finite(document[key], `a term's "${key}"`)])),
    log1p: document["log1p"] === true,
    missing: document["missing"] === true,
  };
}

/** `values` in the order of the model's columns; NaN for what is not known. */
export function evaluateTerm(term: Term, values: ArrayLike<number>): number {
  let value = values[term.of] as number;
  if (term.missing) return Number.isNaN(value) ? 1 : 0;
  if (term.times !== undefined) value *= values[term.times] as number;
  if (term.over !== undefined) {
    let divisor = values[term.over] as number;
    if (term.overFill !== undefined && !Number.isFinite(divisor)) divisor = term.overFill;
    if (term.overMin !== undefined && divisor < term.overMin) divisor = term.overMin;
    if (term.overPlus !== undefined) divisor += term.overPlus;
    value /= divisor;
  }
  if (term.fill !== undefined && !Number.isFinite(value)) value = term.fill;
  if (term.cap !== undefined && value > term.cap) value = term.cap;
  if (term.log1p) value = Math.log1p(term.fill !== undefined && !(value > 0) ? 0 : value);
  return value;
}

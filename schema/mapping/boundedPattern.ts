/**
 * Patterns that come from outside, matched in time that grows with text times pattern and no faster: the engine of JavaScript may take
 * years for thirty characters. Characters, `.`, `[...]` with ranges and `^`, `\d \w \s` and their opposites, `( )`, `|`, `? * +`,
 * `{n}` and `{n,m}`, `^` and `$`. No references back, no looking around. As Rob Pike's machine does (R. Cox, "Regular Expression
 * Matching: the Virtual Machine Approach"): all ways are gone side by side, one character at a time.
 */
export interface BoundedPattern {
  /** What the first group caught, or the whole match where there is no group; undefined where nothing matches. */
  extract(text: string): string | undefined;
  matches(text: string): boolean;
}

const MAX_PATTERN = 200;
const MAX_STEPS = 500;
const MAX_REPEAT = 100;
/** Longer text is not looked at. */
export const MAX_MATCHED = 2_000;

type Test = (code: string) => boolean;
type Step =
  | { op: "CHAR"; test: Test }
  | { op: "SPLIT"; first: number; second: number }
  | { op: "JUMP"; to: number }
  | { op: "SAVE"; slot: number }
  | { op: "BEGIN" }
  | { op: "END" }
  | { op: "MATCH" };
type Node =
  | { kind: "CHAR"; test: Test }
  | { kind: "BEGIN" | "END" | "EMPTY" }
  | { kind: "SEQ" | "ALT"; parts: Node[] }
  | { kind: "GROUP"; slot: number | undefined; part: Node }
  | { kind: "REPEAT"; part: Node; least: number; most: number };

/** The pattern, or a sentence that says what is wrong with it. */
export function boundedPattern(source: string): BoundedPattern | { readonly problem: string } {
  if (source.length === 0 || source.length > MAX_PATTERN) return { problem: `a pattern has 1 to ${MAX_PATTERN} characters` };
  try {
    const steps = compile(parse(source));
    return { extract: (text) => run(steps, text), matches: (text) => run(steps, text) !== undefined };
  } catch (error) {
    if (error instanceof PatternProblem) return { problem: error.message };
    throw error;
  }
}

class PatternProblem extends Error {
  override readonly name = "PatternProblem";
}

const isDigit: Test = (char) => char >= "0" && char <= "9";
const isWord: Test = (char) => /^[\p{L}\p{N}_]$/u.test(char);
const isSpace: Test = (char) => char.trim() === "";
const not = (test: Test): Test => (char) => !test(char);
const CLASSES: Readonly<Record<string, Test>> = { d: isDigit, D: not(isDigit), w: isWord, W: not(isWord), s: isSpace, S: not(isSpace) };
const ESCAPED: Readonly<Record<string, string>> = { n: "\n", t: "\t", r: "\r" };

function parse(source: string): Node {
  const chars = [...source];
  let at = 0;
  let groups = 0;
  let depth = 0;
  const fail = (what: string): never => { throw new PatternProblem(`${what} at character ${at + 1}`); };

  const alternatives = (): Node => {
    const parts = [sequence()];
    while (chars[at] === "|") { at += 1; parts.push(sequence()); }
    return parts.length === 1 ? parts[0] as Node : { kind: "ALT", parts };
  };
  const sequence = (): Node => {
    const parts: Node[] = [];
    while (at < chars.length && chars[at] !== "|" && chars[at] !== ")") parts.push(repeated());
    return { kind: "SEQ", parts };
  };
  const repeated = (): Node => {
    const part = atom();
    const sign = chars[at];
    const bounds = sign === "?" ? [0, 1] : sign === "*" ? [0, Infinity] : sign === "+" ? [1, Infinity] : sign === "{" ? counted() : undefined;
    if (!bounds) return part;
    if (sign !== "{") at += 1;
    if (["?", "*", "+", "{"].includes(chars[at] ?? "")) fail("two repetitions behind one another");
    const [least, most] = bounds as [number, number];
    return { kind: "REPEAT", part, least, most };
  };
  const counted = (): [number, number] => {
    const close = chars.indexOf("}", at);
    const match = close === -1 ? null : /^(\d{1,3})(?:,(\d{1,3})?)?$/.exec(chars.slice(at + 1, close).join(""));
    if (!match) return fail("{ begins a count, {2} or {1,3}; write \\{ for the character");
    const least = Number(match[1]);
    const most = match[2] !== undefined ? Number(match[2]) : match[0].includes(",") ? Infinity : least;
    if (least > MAX_REPEAT || (most !== Infinity && (most > MAX_REPEAT || most < least))) fail(`a count goes from 0 to ${MAX_REPEAT}`);
    at = close + 1;
    return [least, most];
  };
  const atom = (): Node => {
    const char = chars[at] as string;
    at += 1;
    if (char === "(") return group();
    if (char === "[") return { kind: "CHAR", test: set() };
    if (char === ".") return { kind: "CHAR", test: (one) => one !== "\n" };
    if (char === "^") return { kind: "BEGIN" };
    if (char === "$") return { kind: "END" };
    if (char === "*" || char === "+" || char === "?" || char === "{") { at -= 1; return fail("nothing to repeat"); }
    if (char === "\\") return { kind: "CHAR", test: escaped() };
    return { kind: "CHAR", test: (one) => one === char };
  };
  const group = (): Node => {
    depth += 1;
    if (depth > 20) fail("groups too deep inside of one another");
    const isPlain = chars[at] === "?" && chars[at + 1] === ":";
    if (isPlain) at += 2;
    else if (chars[at] === "?") fail("only (?: may follow an opening bracket");
    const slot = isPlain ? undefined : groups;
    if (!isPlain) groups += 1;
    const part = alternatives();
    if (chars[at] !== ")") fail("a bracket is not closed");
    at += 1;
    depth -= 1;
    return { kind: "GROUP", slot, part };
  };
  const escaped = (): Test => {
    const char = chars[at] ?? fail("nothing follows the backslash");
    at += 1;
    const known = CLASSES[char];
    if (known) return known;
    if (/[a-zA-Z0-9]/.test(char) && !Object.hasOwn(ESCAPED, char)) fail(`\\${char} is not known`);
    const literal = ESCAPED[char] ?? char;
    return (one) => one === literal;
  };
  const set = (): Test => {
    const isNot = chars[at] === "^";
    if (isNot) at += 1;
    const tests: Test[] = [];
    while (chars[at] !== "]") {
      const from = chars[at] ?? fail("a [ is not closed");
      at += 1;
      if (from === "\\") { tests.push(escaped()); continue; }
      if (chars[at] === "-" && chars[at + 1] !== "]" && chars[at + 1] !== undefined) {
        const to = chars[at + 1] as string;
        if (to === "\\" || to < from) fail("a range goes upwards, from one character to another");
        at += 2;
        tests.push((one) => one >= from && one <= to);
      } else tests.push((one) => one === from);
    }
    at += 1;
    if (tests.length === 0) fail("[] holds nothing");
    const any: Test = (one) => tests.some((test) => test(one));
    return isNot ? not(any) : any;
  };

  const node = alternatives();
  if (at < chars.length) fail("a closing bracket too many");
  return groups === 0 ? { kind: "GROUP", slot: 0, part: node } : node;
}

function compile(node: Node): Step[] {
  const steps: Step[] = [];
  const add = (step: Step): number => {
    if (steps.length >= MAX_STEPS) throw new PatternProblem("the pattern is too large: repeat less");
    return steps.push(step) - 1;
  };
  const emit = (one: Node): void => {
    switch (one.kind) {
      case "EMPTY": return;
      case "CHAR": add({ op: "CHAR", test: one.test }); return;
      case "BEGIN": case "END": add({ op: one.kind }); return;
      case "SEQ": for (const part of one.parts) emit(part); return;
      case "ALT": {
        const ends: number[] = [];
        for (const [index, part] of one.parts.entries()) {
          if (index === one.parts.length - 1) { emit(part); break; }
          const split = add({ op: "SPLIT", first: steps.length + 1, second: 0 });
          emit(part);
          ends.push(add({ op: "JUMP", to: 0 }));
          steps[split] = { op: "SPLIT", first: split + 1, second: steps.length };
        }
        for (const end of ends) steps[end] = { op: "JUMP", to: steps.length };
        return;
      }
      case "GROUP":
        // Only the first group is asked for.
        if (one.slot === 0) add({ op: "SAVE", slot: 0 });
        emit(one.part);
        if (one.slot === 0) add({ op: "SAVE", slot: 1 });
        return;
      case "REPEAT": {
        for (let count = 0; count < one.least; count += 1) emit(one.part);
        if (one.most === Infinity) {
          const split = add({ op: "SPLIT", first: 0, second: 0 });
          emit(one.part);
          add({ op: "JUMP", to: split });
          steps[split] = { op: "SPLIT", first: split + 1, second: steps.length };
          return;
        }
        const splits: number[] = [];
        for (let count = one.least; count < one.most; count += 1) {
          splits.push(add({ op: "SPLIT", first: 0, second: 0 }));
          emit(one.part);
        }
        for (const split of splits) steps[split] = { op: "SPLIT", first: split + 1, second: steps.length };
      }
    }
  };
  emit(node);
  add({ op: "MATCH" });
  return steps;
}

interface Thread { readonly at: number; readonly from: number; readonly to: number }

/** The leftmost match, of those the one that greedy repetition finds first. */
function run(steps: readonly Step[], text: string): string | undefined {
  const chars = [...text];
  if (chars.length > MAX_MATCHED) return undefined;
  const seen = new Int32Array(steps.length).fill(-1);
  let threads: Thread[] = [];
  let found: Thread | undefined;
  /** Follows what takes no character, on a stack of its own: a pattern must not decide how deep ours is. */
  const follow = (into: Thread[], start: Thread, place: number): void => {
    const stack = [start];
    for (let thread = stack.pop(); thread; thread = stack.pop()) {
      if (seen[thread.at] === place) continue;
      seen[thread.at] = place;
      const step = steps[thread.at] as Step;
      if (step.op === "JUMP") stack.push({ ...thread, at: step.to });
      else if (step.op === "SPLIT") stack.push({ ...thread, at: step.second }, { ...thread, at: step.first });
      else if (step.op === "SAVE") stack.push(step.slot === 0 ? { ...thread, at: thread.at + 1, from: place } : { ...thread, at: thread.at + 1, to: place });
      else if (step.op === "BEGIN") { if (place === 0) stack.push({ ...thread, at: thread.at + 1 }); }
      else if (step.op === "END") { if (place === chars.length) stack.push({ ...thread, at: thread.at + 1 }); }
      else into.push(thread);
    }
  };
  for (let place = 0; place <= chars.length; place += 1) {
    const next: Thread[] = [];
    // A match that begins later never beats one that is under way.
    const now: Thread[] = threads;
    if (!found) follow(now, { at: 0, from: -1, to: -1 }, place);
    for (const thread of now) {
      const step = steps[thread.at] as Step;
      if (step.op === "MATCH") { found = thread; break; }
      if (step.op === "CHAR" && place < chars.length && step.test(chars[place] as string)) follow(next, { ...thread, at: thread.at + 1 }, place + 1);
    }
    threads = next;
    if (threads.length === 0 && found) break;
  }
  return found && (found.from === -1 ? "" : chars.slice(found.from, found.to).join(""));
}

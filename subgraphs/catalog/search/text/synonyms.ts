import { stem } from "./stem.ts";
import { splitWords } from "./words.ts";

/** Words that may stand for others: each as the stems of its words. */
export interface Synonym {
  readonly from: readonly string[];
  readonly to: readonly string[];
}
/** By the first stem of what is replaced. */
export type Synonyms = ReadonlyMap<string, readonly Synonym[]>;

export class SynonymsRefused extends Error {}

const MAX_LINES = 10_000;
/** Words of one side. */
const MAX_SIDE = 4;

/**
 * Reads a file of synonyms. A line `tv, television` holds what means the same, a line `bag => backpack, tote` what is also looked for
 * where the left side is asked, and not the other way round. `#` begins a comment.
 * @throws SynonymsRefused with the line and what is wrong with it.
 */
export function readSynonyms(text: string): Synonyms {
  const found = new Map<string, Synonym[]>();
  const lines = text.split("\n");
  if (lines.length > MAX_LINES) throw new SynonymsRefused(`The file of synonyms has ${lines.length} lines, the most is ${MAX_LINES}.`);
  for (const [n, line] of lines.entries()) {
    const content = (line.split("#")[0] ?? "").trim();
    if (content === "") continue;
    const sides = content.split("=>");
    const [left, right] = [sides[0] ?? "", sides[1]].map((side) => side?.split(",").map((one) => toStems(one, n + 1)));
    if (sides.length > 2 || !left || (right === undefined && left.length < 2)) throw new SynonymsRefused(`Line ${n + 1} of the file of synonyms is neither "one, other" nor "one => other, third".`);
    for (const from of left) {
      for (const to of right ?? left) {
        if (to === from || to.join(" ") === from.join(" ")) continue;
        const first = from[0] as string;
        const known = found.get(first) ?? [];
        known.push({ from, to });
        found.set(first, known);
      }
    }
  }
  return found;
}

function toStems(text: string, line: number): readonly string[] {
  const stems = splitWords(text).words.map(stem);
  if (stems.length === 0 || stems.length > MAX_SIDE) throw new SynonymsRefused(`Line ${line} of the file of synonyms: "${text.trim()}" has ${stems.length} words, it takes 1 to ${MAX_SIDE}.`);
  return stems;
}

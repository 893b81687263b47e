/** Words of one text. */
export interface Words {
  /** In their order, folded: lower case, without accents. */
  readonly words: readonly string[];
  /** What neighbours make together, without a place of its own: `tn2110` of "TN-2110", `4gb` of "4 GB", `17in` of `17"`. */
  readonly joined: readonly string[];
}

/** A longer word says nothing that its beginning does not. */
const MAX_WORD = 40;
/** Words of one text that are read; a description beyond that repeats itself. */
export const MAX_WORDS = 600;
/** UTF-16 units of one text that are read. */
const MAX_TEXT = 20_000;

/** Written in one way; the joined word holds the value. */
const UNITS: ReadonlyMap<string, string> = new Map([
  ["in", "in"], ["inch", "in"], ["inches", "in"], ["mm", "mm"], ["cm", "cm"], ["m", "m"], ["metre", "m"], ["metres", "m"], ["meter", "m"], ["meters", "m"], ["ft", "ft"], ["feet", "ft"], ["foot", "ft"],
  ["kb", "kb"], ["mb", "mb"], ["gb", "gb"], ["tb", "tb"], ["gbit", "gbit"], ["mbit", "mbit"], ["hz", "hz"], ["khz", "khz"], ["mhz", "mhz"], ["ghz", "ghz"],
  ["w", "w"], ["watt", "w"], ["watts", "w"], ["kw", "kw"], ["v", "v"], ["volt", "v"], ["volts", "v"], ["a", "a"], ["amp", "a"], ["amps", "a"], ["mah", "mah"], ["wh", "wh"], ["db", "db"], ["dpi", "dpi"],
  ["ml", "ml"], ["cl", "cl"], ["l", "l"], ["litre", "l"], ["litres", "l"], ["liter", "l"], ["liters", "l"], ["oz", "oz"], ["g", "g"], ["gram", "g"], ["grams", "g"], ["kg", "kg"], ["lb", "lb"], ["lbs", "lb"],
  ["mp", "mp"], ["megapixel", "mp"], ["megapixels", "mp"], ["p", "p"], ["k", "k"], ["pc", "pc"], ["pcs", "pc"], ["pack", "pk"], ["pk", "pk"], ["rpm", "rpm"], ["ppm", "ppm"], ["bit", "bit"], ["port", "port"], ["ports", "port"],
]);

const NUMBER = /^\d+(?:\.\d+)?$/;
// One run of letters and digits; a point between digits belongs to the number. Every character is looked at once.
const RUN = /[\p{L}\p{N}]+(?:(?<=\p{N})\.(?=\p{N})[\p{L}\p{N}]+)?/gu;
const UNSPACED = /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]{3,}$/u;

/** Lower case, compatible forms made one, accents taken off: `Café` and `CAFE` are the same word. */
export function fold(text: string): string {
  return text.slice(0, MAX_TEXT).normalize("NFKD").replaceAll(/\p{M}+/gu, "").toLowerCase();
}

/** A number and its unit as one word, or undefined where these two are none. */
export function joinUnit(number: string, unit: string): string | undefined {
  const known = NUMBER.test(number) ? UNITS.get(unit) : undefined;
  return known === undefined ? undefined : number + known;
}

/** Takes time in proportion to the text's length, whatever the text. */
export function splitWords(text: string, most = MAX_WORDS): Words {
  const folded = fold(text);
  const words: string[] = [];
  const joined: string[] = [];
  // The compound that is being read: what stands between single hyphens, slashes, points or underscores.
  let compound = "";
  let parts = 0;
  let end = -1;
  const closeCompound = (): void => {
    if (parts > 1 && compound.length <= MAX_WORD) joined.push(compound);
    compound = "";
    parts = 0;
  };
  for (const match of folded.matchAll(RUN)) {
    if (words.length >= most) break;
    const run = match[0];
    const at = match.index;
    const previous = words.at(-1);
    const glued = end >= 0 && at === end + 1 && isGlue(folded.charCodeAt(end));
    if (!glued) closeCompound();
    if (previous !== undefined && at - end <= 1) pushUnit(joined, previous, run);
    if (UNSPACED.test(run)) for (let n = 0; n + 2 <= run.length && words.length < most; n += 1) words.push(run.slice(n, n + 2));
    else words.push(run.slice(0, MAX_WORD));
    splitMeasure(run, words, joined);
    compound += run;
    parts += 1;
    end = at + run.length;
    const sign = folded[end];
    if (sign === '"' || sign === "”" || sign === "″") pushUnit(joined, run, "in");
  }
  closeCompound();
  return { words, joined };
}

function pushUnit(joined: string[], number: string, unit: string): void {
  const one = joinUnit(number, unit);
  if (one !== undefined) joined.push(one);
}

/** `15.6inch` is `15.6in` as well. */
function splitMeasure(run: string, words: readonly string[], joined: string[]): void {
  const match = /^(\d+(?:\.\d+)?)([a-z]{1,10})$/.exec(run);
  if (!match) return;
  const one = joinUnit(match[1] as string, match[2] as string);
  if (one !== undefined && one !== words.at(-1)) joined.push(one);
}

/** `-`, `_`, `.`, `/`, `'`, `+`, `&` */
function isGlue(code: number): boolean {
  return code === 45 || code === 95 || code === 46 || code === 47 || code === 39 || code === 43 || code === 38 || code === 8217 || code === 8209 || code === 8211;
}

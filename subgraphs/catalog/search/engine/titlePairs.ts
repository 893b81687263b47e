/** Stands between two texts, so that no phrase reaches from one into the next. */
export const GAP = 0xffff_ffff;

const SLOTS = 2 ** 22;
/** From this share on, what stands before a word in titles belongs to it. */
const BELONGS = 0.05;

/**
 * Which words follow which in titles: "pad" seldom stands without "mouse" before it, "black" follows everything. Pairs are counted in
 * slots by hash; two pairs that meet in one count too high, which matters little: this settles what is equal otherwise.
 */
export class TitlePairs {
  readonly #pairs = new Uint16Array(SLOTS);
  #seconds = new Uint32Array(1024);

  /** `by` is 1 for a title that comes, -1 for one that goes. */
  count(title: Uint32Array, by: 1 | -1): void {
    for (let at = 0; at + 1 < title.length; at += 1) {
      const [one, two] = [title[at] as number, title[at + 1] as number];
      if (two === GAP) continue;
      if (two >= this.#seconds.length) this.#grow(two);
      (this.#seconds[two] as number) += by;
      if (one === GAP) continue;
      const slot = slotOf(one, two);
      if (by === -1 || (this.#pairs[slot] as number) < 65_535) (this.#pairs[slot] as number) += by;
    }
  }

  /** Whether `two` behind `one` makes another thing of it: a mouse pad is no mouse. */
  isPartOf(one: number, two: number): boolean {
    return two !== GAP && (this.#pairs[slotOf(one, two)] as number) > BELONGS * Math.max(1, this.#seconds[two] ?? 1);
  }

  #grow(term: number): void {
    const larger = new Uint32Array(Math.max(term + 1, this.#seconds.length * 2));
    larger.set(this.#seconds);
    this.#seconds = larger;
  }
}

function slotOf(one: number, two: number): number {
  return (Math.imul(one, 0x9e37_79b1) ^ Math.imul(two, 0x85eb_ca6b)) >>> 10;
}

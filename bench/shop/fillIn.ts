import { randomUUID } from "node:crypto";
import type { Random } from "#shopdata/random.ts";

export type Values = Record<string, unknown>;

/** Picks from the pools: popular entries often, the long tail too (Zipf, exponent 1, over a shuffled order). */
export class Picker {
  readonly #pools: ReadonlyMap<string, readonly unknown[]>;
  readonly #random: Random;
  readonly #upTo = new Map<string, number[]>();

  constructor(pools: ReadonlyMap<string, readonly unknown[]>, random: Random) {
    this.#random = random;
    this.#pools = new Map([...pools].map(([name, entries]) => [name, shuffled(entries, random)]));
  }

  has(pool: string): boolean {
    return this.#pools.has(pool);
  }

  pick(pool: string): unknown {
    const entries = this.#pools.get(pool) ?? [];
    if (entries.length === 0) throw new Error(`the pool "${pool}" is empty`);
    let upTo = this.#upTo.get(pool);
    if (!upTo) {
      let sum = 0;
      upTo = entries.map((_entry, rank) => (sum += 1 / (rank + 1)));
      this.#upTo.set(pool, upTo);
    }
    const target = this.#random.unit() * (upTo.at(-1) as number);
    let [low, high] = [0, upTo.length - 1];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((upTo[middle] as number) > target) high = middle;
      else low = middle + 1;
    }
    return entries[low];
  }
}

function shuffled<T>(entries: readonly T[], random: Random): T[] {
  const copy = [...entries];
  for (let n = copy.length - 1; n > 0; n -= 1) {
    const other = random.int(n + 1);
    [copy[n], copy[other]] = [copy[other] as T, copy[n] as T];
  }
  return copy;
}

/** Fills the placeholders of one run: what is picked once stays picked, so that two fields speak of the same entry. */
export function filler(picker: Picker, saved: Values): (template: unknown) => unknown {
  const picked = new Map<string, unknown>();
  const valueOf = (name: string): unknown => {
    if (name === "uuid") return randomUUID();
    const [head = "", ...rest] = name.split(".");
    if (head in saved) return at(saved[head], rest);
    const pool = head.split("#", 1)[0] as string;
    if (!picker.has(pool)) throw new Error(`{{${name}}} names no pool and nothing that was saved`);
    if (!picked.has(head)) {
      let entry = picker.pick(pool);
      // Two picks of one run are two entries, where there are so many.
      for (let tries = 0; tries < 20 && [...picked].some(([other, value]) => other.startsWith(pool) && value === entry); tries += 1) entry = picker.pick(pool);
      picked.set(head, entry);
    }
    return at(picked.get(head), rest);
  };
  const fill = (template: unknown): unknown => {
    if (typeof template === "string") {
      const whole = /^\{\{([^{}]+)\}\}$/.exec(template);
      if (whole) return valueOf(whole[1] as string);
      return template.replaceAll(/\{\{([^{}]+)\}\}/g, (_all, name: string) => String(valueOf(name)));
    }
    if (Array.isArray(template)) return template.map(fill);
    if (typeof template !== "object" || template === null) return template;
    return Object.fromEntries(Object.entries(template).map(([key, value]) => [key, fill(value)]));
  };
  return fill;
}

/** The value at a path such as `data.products.nodes.0.id`, or undefined. */
export function at(value: unknown, path: string | readonly string[]): unknown {
  const keys = typeof path === "string" ? path.split(".") : path;
  return keys.reduce<unknown>((inner, key) => (typeof inner === "object" && inner !== null ? (inner as Record<string, unknown>)[key] : undefined), value);
}

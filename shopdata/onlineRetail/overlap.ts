import type { RetailLine } from "./line.ts";

const DAY_MS = 86_400_000;

/**
 * Takes out of each file the lines that earlier files hold already, as multisets: a line that stands twice in an earlier file
 * takes at most two equal lines out of a later one, so true duplicates within a file stay. Only days that occur in more than
 * one file are looked at, which bounds the memory.
 */
export function markOverlap(files: readonly (readonly RetailLine[])[]): RetailLine[][] {
  const shared = sharedDays(files);
  /** Most often that a key stands in one file read so far. */
  const held = new Map<string, number>();
  return files.map((lines) => {
    const here = new Map<string, number>();
    const kept: RetailLine[] = [];
    for (const line of lines) {
      if (!shared.has(dayOf(line))) {
        kept.push(line);
        continue;
      }
      const key = keyOf(line);
      const count = (here.get(key) ?? 0) + 1;
      here.set(key, count);
      if (count > (held.get(key) ?? 0)) kept.push(line);
    }
    for (const [key, count] of here) held.set(key, Math.max(count, held.get(key) ?? 0));
    return kept;
  });
}

function sharedDays(files: readonly (readonly RetailLine[])[]): Set<number> {
  const once = new Set<number>();
  const shared = new Set<number>();
  for (const lines of files) {
    const days = new Set(lines.map(dayOf));
    for (const day of days) {
      if (once.has(day)) shared.add(day);
      once.add(day);
    }
  }
  return shared;
}

const dayOf = (line: RetailLine) => Math.floor(line.at / DAY_MS);

/** All eight columns, cleaned. */
function keyOf(line: RetailLine): string {
  return [line.invoice, line.stock.code, line.description, line.quantity, line.at, line.price.units, line.price.exponent, line.customer, line.country].join("\t");
}

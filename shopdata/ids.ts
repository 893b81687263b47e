import { createRandom } from "./random.ts";

const HEX4 = Array.from({ length: 65_536 }, (_, value) => value.toString(16).padStart(4, "0"));

/** Makes the next id for a moment given in ms since 1970 (0..2^48). */
export type IdFactory = (atMs: number) => string;

/**
 * UUIDv7 whose time is the given moment and whose random part comes from the seed: a history keeps its order by id, and the same
 * seed gives the same ids. Ids made one after another for the same millisecond ascend, up to 4,096 of them: a counter stands in
 * rand_a (RFC 9562, section 6.2, method 1). Ids are unique within one seed and purpose.
 */
export function createIds(seed: number | string, purpose: string): IdFactory {
  const random = createRandom(seed, `ids/${purpose}`);
  let lastMs = -1;
  let prefix = "";
  let counter = 0;
  return (atMs) => {
    if (atMs === lastMs) {
      counter = Math.min(counter + 1, 0xfff);
    } else {
      lastMs = atMs;
      counter = 0;
      const time = atMs.toString(16).padStart(12, "0");
      prefix = `${time.slice(0, 8)}-${time.slice(8)}-`;
    }
    const high = random.uint32();
    const low = random.uint32();
    // variant bits 10, then 62 random bits of which 14 + 16 + 16 + 16 are drawn
    return `${prefix}${HEX4[0x7000 | counter]}-${HEX4[0x8000 | (high >>> 18)]}-${HEX4[high & 0xffff]}${HEX4[low >>> 16]}${HEX4[low & 0xffff]}`;
  };
}

import { randomFillSync } from "node:crypto";

/** The kinds of things that have an id at the API, by the prefix of their ids. */
export const ID_PREFIXES = ["usr", "adr", "ven", "prd", "var", "cat", "crt", "chk", "ord", "oln", "och", "pay", "rfd", "run", "whe", "whd", "whs", "mov", "prm", "pcd", "gft", "ful", "ret", "vor", "inv", "oev", "tax", "szo", "smt", "ses", "idn", "grp", "aud", "cst", "dex", "brd", "col", "att", "opt", "med", "prl", "prc", "rev", "wsl", "imp", "prq", "sqs", "sqa"] as const;
export type IdPrefix = (typeof ID_PREFIXES)[number];

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const API_ID = /^([a-z]{3})_([0-9a-f]{32})$/;

/** `prd_0199...` for a UUID: opaque to clients, and an id of one kind cannot be taken for another's. */
export function encodeId(prefix: IdPrefix, uuid: string): string {
  if (!UUID.test(uuid)) throw new RangeError(`"${uuid}" is not a UUID`);
  return `${prefix}_${uuid.replaceAll("-", "")}`;
}

/** The UUID behind an API id, or undefined when the text is no id of this kind. */
export function decodeId(prefix: IdPrefix, id: string): string | undefined {
  const match = API_ID.exec(id);
  if (!match || match[1] !== prefix) return undefined;
  const hex = match[2] as string;
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

export function isUuid(text: string): boolean {
  return UUID.test(text);
}

/**
 * A UUID of version 7 for the given instant: 48 bits of Unix milliseconds, the rest random.
 * `random` fills the bytes it is given; a seeded one makes reproducible ids. Source: RFC 9562, section 5.7.
 */
export function uuidV7(at: Date, random: (bytes: Uint8Array) => void = randomFillSync): string {
  const bytes = new Uint8Array(16);
  random(bytes);
  let ms = at.getTime();
  for (let index = 5; index >= 0; index -= 1) {
    bytes[index] = ms % 256;
    ms = Math.floor(ms / 256);
  }
  bytes[6] = 0x70 | ((bytes[6] as number) & 0x0f);
  bytes[8] = 0x80 | ((bytes[8] as number) & 0x3f);
  const hex = Buffer.from(bytes.buffer).toString("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

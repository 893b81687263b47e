import { createHash } from "node:crypto";

/** Namespace of everything we generate for BI tools: uuid5 of the DNS namespace and "martgraph.bi". */
const NAMESPACE = Buffer.from("6ba7b8109dad11d180b400c04fd430c8", "hex");

/** UUID version 5 (RFC 9562, 5.5) of a name: generating again gives the same, so an import replaces instead of adding. */
export function uuid5(name: string): string {
  const hash = createHash("sha1").update(NAMESPACE).update(`martgraph.bi/${name}`).digest().subarray(0, 16);
  hash.writeUInt8((hash.readUInt8(6) & 0x0f) | 0x50, 6);
  hash.writeUInt8((hash.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = hash.toString("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

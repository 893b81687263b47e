import { createHash } from "node:crypto";

/** 256 bits as base64url, as the mail carries them. */
const TOKEN = /^[A-Za-z0-9_-]{43}$/;

/** The hash under which a token is stored; undefined for text that no token looks like. */
export function oneTimeTokenHash(text: string): Buffer | undefined {
  return TOKEN.test(text) ? createHash("sha256").update(text).digest() : undefined;
}

import { createHash } from "node:crypto";
import type { SecretBox } from "./secretBox.ts";

/** A refresh token as a client holds it: `<id>.<secret>`, the id as 32 hex digits, the secret 256 bits as base64url. */
const TOKEN = /^([0-9a-f]{8})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{12})\.([A-Za-z0-9_-]{43})$/;

export interface PresentedToken {
  /** UUID of users.refresh_tokens. */
  readonly id: string;
  readonly secretHash: Buffer;
}

/** What a client presents, or undefined for text that no token looks like. */
export function readRefreshToken(text: string): PresentedToken | undefined {
  if (text.length > 100) return undefined;
  const match = TOKEN.exec(text);
  return match ? { id: match.slice(1, 6).join("-"), secretHash: hashOf(match[6] as string) } : undefined;
}

/**
 * The token of an id. Its secret is a MAC of the id under a key of the installation: whoever rotates the same token at the same time,
 * in whatever process, answers the same text, though only its hash is stored. The hash is what is checked, so tokens outlive the key.
 */
export function refreshTokenOf(secrets: Pick<SecretBox, "mac">, id: string): { text: string; secretHash: Buffer } {
  const secret = secrets.mac("refresh token", id).toString("base64url");
  return { text: `${id.replaceAll("-", "")}.${secret}`, secretHash: hashOf(secret) };
}

const hashOf = (secret: string): Buffer => createHash("sha256").update(secret).digest();

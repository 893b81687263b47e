import { createHash, randomBytes, randomUUID } from "node:crypto";

/** A handle as a client holds it: the id of a row and 256 random bits, of which the row has the hash. */
export interface NewHandle {
  readonly id: string;
  readonly text: string;
  readonly secretHash: Buffer;
}

export type ReadHandle = Pick<NewHandle, "id" | "secretHash">;

const HANDLE = /^([0-9a-f]{8})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{12})\.([\w-]{43})$/;

export const sha256 = (text: string): Buffer => createHash("sha256").update(text).digest();

/** What is handed out once, and whose row tells nobody what it was. */
export function newHandle(): NewHandle {
  const id = randomUUID();
  const secret = randomBytes(32).toString("base64url");
  return { id, text: `${id.replaceAll("-", "")}.${secret}`, secretHash: sha256(secret) };
}

/** What a client gives back, or undefined for text that no handle looks like. */
export function readHandle(text: string): ReadHandle | undefined {
  const match = text.length === 76 ? HANDLE.exec(text) : null;
  return match ? { id: match.slice(1, 6).join("-"), secretHash: sha256(match[6] as string) } : undefined;
}

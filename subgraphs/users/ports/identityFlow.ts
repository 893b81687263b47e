import { randomBytes } from "node:crypto";
import { sha256 } from "./handles.ts";
import type { SecretBox } from "./secretBox.ts";

/** What one login by a provider hangs on. The client keeps `state` and `secret`; the database has their hashes. */
export interface FlowKeys {
  readonly state: string;
  readonly secret: string;
  readonly stateHash: Buffer;
  readonly secretHash: Buffer;
  /** Made of both and a key of the installation: nobody has to store them, and who lacks the secret cannot make them. */
  readonly nonce: string;
  readonly codeVerifier: string;
}

const KEY = /^[\w-]{43}$/;

export function newFlowKeys(marks: Pick<SecretBox, "mac">): FlowKeys {
  const random = () => randomBytes(32).toString("base64url");
  return keysOf(marks, random(), random());
}

/** The keys of a login that comes back; undefined for texts that were never handed out. */
export function readFlowKeys(marks: Pick<SecretBox, "mac">, state: string, secret: string): FlowKeys | undefined {
  return KEY.test(state) && KEY.test(secret) ? keysOf(marks, state, secret) : undefined;
}

function keysOf(marks: Pick<SecretBox, "mac">, state: string, secret: string): FlowKeys {
  return {
    state, secret, stateHash: sha256(state), secretHash: sha256(secret),
    nonce: marks.mac("oidc nonce", state, secret).toString("base64url"),
    codeVerifier: marks.mac("oidc verifier", state, secret).toString("base64url"),
  };
}

import type { ClientInfo } from "#kit/subgraph.ts";
import { uuidV7 } from "#schema/values/ids.ts";
import type { UsersParts } from "../context.ts";
import { deviceOf } from "../domain/device.ts";
import { sessionLife } from "../domain/session.ts";
import type { User } from "../domain/user.ts";
import { refreshTokenOf } from "../ports/refreshTokens.ts";
import { insertSession } from "../queries/sessions.ts";
import { issueTokens, type TokenPair } from "./session/issueTokens.ts";

export interface Proof {
  /** How the person has just shown who they are (RFC 8176). */
  readonly methods: readonly string[];
  /** When, where it was not just now: a provider's word may be hours old. */
  readonly authenticatedAt?: Date | undefined;
}

/**
 * A session for a person who has just shown who they are, under the state of the account that `user` was read in. Undefined where that
 * is no more: the account was disabled, or its password changed, between the proof and now.
 */
export async function openSession(parts: Pick<UsersParts, "db" | "signer" | "clocks" | "secrets"> & { readonly client?: ClientInfo | undefined }, user: User, { methods, authenticatedAt }: Proof): Promise<TokenPair | undefined> {
  const at = parts.clocks.wall.now();
  const { idleSeconds, absoluteSeconds } = sessionLife(user.roles);
  const tokenId = uuidV7(at);
  const { secretHash, text } = refreshTokenOf(parts.secrets, tokenId);
  const session = await insertSession(parts.db, {
    id: uuidV7(at), userId: user.id, epoch: user.sessionEpoch, methods, at, authenticatedAt: authenticatedAt ?? at, device: deviceOf(parts.client?.userAgent), ip: parts.client?.ip ?? null,
    idleSeconds, expiresAt: new Date(at.getTime() + absoluteSeconds * 1000), token: { id: tokenId, secretHash },
  });
  return session && issueTokens(parts, user, session, text);
}

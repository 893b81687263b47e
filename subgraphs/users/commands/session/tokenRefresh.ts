import type { ClientInfo } from "#kit/subgraph.ts";
import { uuidV7 } from "#schema/values/ids.ts";
import { err, ok, type Result } from "#schema/values/result.ts";
import type { UsersParts } from "../../context.ts";
import { deviceOf } from "../../domain/device.ts";
import { readRefreshToken, refreshTokenOf } from "../../ports/refreshTokens.ts";
import { rotateRefreshToken } from "../../queries/sessions.ts";
import { listUsersByIds } from "../../queries/users.ts";
import { issueTokens, type TokenPair } from "./issueTokens.ts";

export interface InvalidRefreshToken {
  code: "INVALID_REFRESH_TOKEN";
}

/**
 * Trades a refresh token for its successor and a new access token. Of uses at the same moment each gets the same successor; a token that
 * was replaced longer ago is in two hands, so its session ends. A wrong secret, an unknown token and a session that is over are
 * answered alike and change nothing.
 */
export async function tokenRefresh(parts: Pick<UsersParts, "db" | "signer" | "clocks" | "secrets" | "log"> & { readonly client?: ClientInfo | undefined }, refreshToken: string): Promise<Result<TokenPair, InvalidRefreshToken>> {
  const refused = err<InvalidRefreshToken>({ code: "INVALID_REFRESH_TOKEN" });
  const presented = readRefreshToken(refreshToken);
  if (!presented) return refused;
  const at = parts.clocks.wall.now();
  const nextId = uuidV7(at);
  const { client } = parts;
  const rotation = await rotateRefreshToken(parts.db, presented, {
    id: nextId, secretHash: refreshTokenOf(parts.secrets, nextId).secretHash, at, device: client?.userAgent ? deviceOf(client.userAgent) : null, ip: client?.ip ?? null,
  });
  if (!rotation) return refused;
  if (rotation.isReuse) {
    parts.log.warn({ session: rotation.session.id, user: rotation.session.userId }, "a refresh token was used again after it had been replaced: its session has ended");
    return refused;
  }
  const [user] = await listUsersByIds(parts.db, [rotation.session.userId]);
  if (!user?.isActive) return refused;
  return ok(await issueTokens(parts, user, rotation.session, refreshTokenOf(parts.secrets, rotation.tokenId).text));
}

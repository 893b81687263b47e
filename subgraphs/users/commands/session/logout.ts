import type { UsersContext } from "../../context.ts";
import { readRefreshToken } from "../../ports/refreshTokens.ts";
import { revokeSession, revokeSessionOfToken } from "../../queries/sessions.ts";

/** Ends the session of the access token, and the one of the refresh token where one is given: it may be all that is left of it. */
export async function logout({ db, clocks, viewer }: Pick<UsersContext, "db" | "clocks" | "viewer">, refreshToken: string | undefined): Promise<void> {
  const presented = refreshToken === undefined ? undefined : readRefreshToken(refreshToken);
  if (presented) await revokeSessionOfToken(db, presented);
  if (viewer.userId !== null && viewer.sessionId !== undefined) await revokeSession(db, { id: viewer.sessionId, userId: viewer.userId, why: "LOGOUT", at: clocks.wall.now() });
}

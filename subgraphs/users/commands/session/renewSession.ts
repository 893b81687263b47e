import { uuidV7 } from "#schema/values/ids.ts";
import type { UsersParts } from "../../context.ts";
import type { User } from "../../domain/user.ts";
import { refreshTokenOf } from "../../ports/refreshTokens.ts";
import { renewSessionProof } from "../../queries/sessions.ts";
import type { Proof } from "../openSession.ts";
import { issueTokens, type TokenPair } from "./issueTokens.ts";

/** The same session with a proof of now: what a step-up answers. The session's refresh token is replaced. Undefined where the session is over. */
export async function renewSession(parts: Pick<UsersParts, "db" | "signer" | "clocks" | "secrets">, user: User, sessionId: string, { methods }: Proof): Promise<TokenPair | undefined> {
  const at = parts.clocks.wall.now();
  const id = uuidV7(at);
  const { secretHash, text } = refreshTokenOf(parts.secrets, id);
  const session = await renewSessionProof(parts.db, { id: sessionId, userId: user.id }, { id, secretHash, at, methods });
  return session && issueTokens(parts, user, session, text);
}

import type { TokenPair } from "../commands/session/issueTokens.ts";
import type { Session } from "../domain/session.ts";

/** A session as the graph carries it; `isCurrent` where it was opened or used by this very request. */
export type GraphSession = Session & { isCurrent?: true };

/** The member of a result that carries a session on. Its person has just shown who they are, though the request may have come as a guest. */
export const tokenPair = ({ session, user, ...tokens }: TokenPair) => ({ __typename: "TokenPair", ...tokens, session: { ...session, isCurrent: true }, user: { ...user, isSelf: true } });

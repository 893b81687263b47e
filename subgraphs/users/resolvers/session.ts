import type { Resolvers } from "#kit/subgraph.ts";
import { toUserError } from "#kit/userError.ts";
import { encodeId } from "#schema/values/ids.ts";
import { logout } from "../commands/session/logout.ts";
import { sessionRevoke, type SessionRevokeInput } from "../commands/session/sessionRevoke.ts";
import { tokenRefresh } from "../commands/session/tokenRefresh.ts";
import type { UsersContext } from "../context.ts";
import { endOf } from "../domain/session.ts";
import type { User } from "../domain/user.ts";
import { readSessionEndings } from "../queries/sessionEndings.ts";
import { sessionRevokeErrors, tokenRefreshErrors } from "./errors/session.ts";
import { type GraphSession, tokenPair } from "./tokenPair.ts";

export const sessionResolvers: Resolvers = {
  Query: {
    sessions: (_root: unknown, _args: unknown, { viewer, loaders }: UsersContext) => (viewer.userId === null ? [] : loaders.sessionsOfUser.load(viewer.userId)),
    sessionEndings: (_root: unknown, { since }: { since?: Date | null }, { db }: UsersContext) => readSessionEndings(db, since ?? undefined),
  },
  Mutation: {
    async tokenRefresh(_root: unknown, { input }: { input: { refreshToken: string } }, context: UsersContext) {
      const outcome = await tokenRefresh(context, input.refreshToken);
      return outcome.ok ? tokenPair(outcome.value) : toUserError(tokenRefreshErrors, outcome.error);
    },
    async sessionRevoke(_root: unknown, { input }: { input: SessionRevokeInput }, context: UsersContext) {
      const outcome = await sessionRevoke(context, input);
      return outcome.ok ? { __typename: "SessionRevokeSuccess", revoked: outcome.value } : toUserError(sessionRevokeErrors, outcome.error);
    },
    async logout(_root: unknown, { input }: { input?: { refreshToken?: string | null } | null }, context: UsersContext) {
      await logout(context, input?.refreshToken ?? undefined);
      return { __typename: "LogoutSuccess", loggedOut: true };
    },
  },
  User: {
    sessions: (user: User, _args: unknown, { loaders }: UsersContext) => loaders.sessionsOfUser.load(user.id),
  },
  Session: {
    id: (session: GraphSession) => encodeId("ses", session.id),
    expiresAt: endOf,
    current: (session: GraphSession, _args: unknown, { viewer }: UsersContext) => session.isCurrent === true || session.id === viewer.sessionId,
  },
};

import { allow, anyOf, authenticated, type Guards, permission, when } from "#kit/guard.ts";
import type { GraphUser } from "../resolvers/account.ts";

// The gateway asks as SERVICE; the field is not in the schema that clients see, and this holds where that should ever fail.
const watch = permission("sessions.watch");
const themselves = when<GraphUser>("the person", (viewer, user) => user.isSelf === true || user.id === viewer.userId);

export const sessionGuards: Guards = {
  Query: { sessions: allow, sessionEndings: watch },
  Mutation: { tokenRefresh: allow, sessionRevoke: authenticated, logout: allow },
  User: { sessions: anyOf(themselves, permission("users.write")) },
  TokenPair: { refreshToken: allow, refreshExpiresAt: allow, session: allow },
  Session: allow,
  SessionRevokeSuccess: allow,
  LogoutSuccess: allow,
  InvalidRefreshToken: allow,
  SessionNotFound: allow,
  SessionEndings: watch,
  VoidedTokens: watch,
};

import { allow, authenticated, type Guards, permission, when } from "#kit/guard.ts";
import { can } from "#kit/viewer.ts";
import type { GraphUser } from "../resolvers/account.ts";

// The gateway asks as SERVICE; the field is not in the schema that clients see, and this holds where that should ever fail.
const watch = permission("sessions.watch");

export const sessionGuards: Guards = {
  Query: { sessions: allow, sessionEndings: watch },
  Mutation: { tokenRefresh: allow, sessionRevoke: authenticated, logout: allow },
  User: { sessions: when<GraphUser>("the person or permission users.write", (viewer, user) => user.isSelf === true || user.id === viewer.userId || can(viewer, "users.write")) },
  TokenPair: { refreshToken: allow, refreshExpiresAt: allow, session: allow },
  Session: allow,
  SessionRevokeSuccess: allow,
  LogoutSuccess: allow,
  InvalidRefreshToken: allow,
  SessionNotFound: allow,
  SessionEndings: watch,
  VoidedTokens: watch,
};

import { allow, anyOf, type Guards, permission, when } from "#kit/guard.ts";
import type { GraphUser } from "../resolvers/account.ts";

const themselves = when<GraphUser>("the person", (viewer, user) => user.isSelf === true || user.id === viewer.userId);
export const personalData = anyOf(themselves, permission("users.read"));

export const accountGuards: Guards = {
  // Whom one may not see is null where people are read (domain/user.ts), so that nobody learns which ids exist.
  Query: { me: allow, user: allow },
  Mutation: { register: allow, login: allow },
  User: { id: allow, email: personalData, displayName: personalData, roles: allow, countryCode: allow, createdAt: allow },
  TokenPair: { accessToken: allow, expiresAt: allow, user: allow },
  EmailTaken: allow,
  InvalidEmail: allow,
  WeakPassword: allow,
  InvalidDisplayName: allow,
  InvalidCredentials: allow,
  RateLimited: allow,
};

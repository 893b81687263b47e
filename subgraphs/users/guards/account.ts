import { allow, anyOf, authenticated, type Guards, permission, when } from "#kit/guard.ts";
import type { GraphUser } from "../resolvers/account.ts";

const themselves = when<GraphUser>("the person", (viewer, user) => user.isSelf === true || user.id === viewer.userId);
export const personalData = anyOf(themselves, permission("users.read"));

export const accountGuards: Guards = {
  // Whom one may not see is null where people are read (domain/user.ts), so that nobody learns which ids exist.
  Query: { me: allow, user: allow, users: permission("users.read") },
  Mutation: { register: allow, login: allow, userUpdate: authenticated, userDisable: permission("users.write"), userEnable: permission("users.write") },
  User: { id: allow, email: personalData, displayName: personalData, roles: allow, emailVerified: personalData, locale: personalData, status: allow, version: allow, countryCode: allow, createdAt: allow },
  TokenPair: { accessToken: allow, expiresAt: allow, user: allow },
  UserConnection: allow,
  UserEdge: allow,
  UserUpdateSuccess: allow,
  UserDisableSuccess: allow,
  UserEnableSuccess: allow,
  EmailTaken: allow,
  InvalidEmail: allow,
  WeakPassword: allow,
  InvalidDisplayName: allow,
  InvalidCredentials: allow,
  RateLimited: allow,
};

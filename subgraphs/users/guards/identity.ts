import { allow, authenticated, type Guards } from "#kit/guard.ts";
import { personalData } from "./account.ts";

export const identityGuards: Guards = {
  Query: { identityProviders: allow },
  Mutation: { identityLoginStart: allow, identityLoginComplete: allow, identityLink: authenticated, identityUnlink: authenticated },
  User: { identities: personalData },
  IdentityProvider: allow,
  Identity: allow,
  IdentityLoginStarted: allow,
  IdentityLinked: allow,
  IdentityUnlinked: allow,
  UnknownIdentityProvider: allow,
  IdentityProviderUnavailable: allow,
  InvalidIdentityLogin: allow,
  IdentityRefused: allow,
  IdentityTaken: allow,
  TooManyIdentities: allow,
  IdentityNotFound: allow,
  LastWayIn: allow,
};

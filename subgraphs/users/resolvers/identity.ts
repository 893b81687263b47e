import type { Resolvers } from "#kit/subgraph.ts";
import { toUserError } from "#kit/userError.ts";
import { encodeId } from "#schema/values/ids.ts";
import { identityLink } from "../commands/identity/identityLink.ts";
import { identityLoginComplete } from "../commands/identity/identityLoginComplete.ts";
import { identityLoginStart, type IdentityLoginStartInput } from "../commands/identity/identityLoginStart.ts";
import { identityUnlink } from "../commands/identity/identityUnlink.ts";
import type { IdentityAnswer } from "../commands/identity/showIdentity.ts";
import type { UsersContext } from "../context.ts";
import type { Identity } from "../domain/identity.ts";
import type { User } from "../domain/user.ts";
import { identityLinkErrors, identityLoginCompleteErrors, identityLoginStartErrors, identityUnlinkErrors } from "./errors/identity.ts";
import { tokenPair } from "./tokenPair.ts";

export const identityResolvers: Resolvers = {
  Query: {
    identityProviders: (_root: unknown, _args: unknown, { identity }: UsersContext) => [...identity.providers.values()].map(({ name, label }) => ({ name, label })),
  },
  Mutation: {
    async identityLoginStart(_root: unknown, { input }: { input: IdentityLoginStartInput }, context: UsersContext) {
      const outcome = await identityLoginStart(context, input);
      return outcome.ok ? { __typename: "IdentityLoginStarted", ...outcome.value } : toUserError(identityLoginStartErrors, outcome.error);
    },
    async identityLoginComplete(_root: unknown, { input }: { input: IdentityAnswer }, context: UsersContext) {
      const outcome = await identityLoginComplete(context, input);
      return outcome.ok ? tokenPair(outcome.value) : toUserError(identityLoginCompleteErrors, outcome.error);
    },
    async identityLink(_root: unknown, { input }: { input: IdentityAnswer }, context: UsersContext) {
      const outcome = await identityLink(context, input);
      return outcome.ok ? { __typename: "IdentityLinked", identity: outcome.value } : toUserError(identityLinkErrors, outcome.error);
    },
    async identityUnlink(_root: unknown, { input }: { input: { id: string } }, context: UsersContext) {
      const outcome = await identityUnlink(context, input.id);
      return outcome.ok ? { __typename: "IdentityUnlinked", identities: outcome.value } : toUserError(identityUnlinkErrors, outcome.error);
    },
  },
  User: {
    identities: ({ id }: User, _args: unknown, { loaders }: UsersContext) => loaders.identitiesOfUser.load(id),
  },
  Identity: {
    id: ({ id }: Identity) => encodeId("idn", id),
  },
};

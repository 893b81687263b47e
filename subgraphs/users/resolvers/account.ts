import type { Resolvers } from "#kit/subgraph.ts";
import { toUserError } from "#kit/userError.ts";
import { decodeId, encodeId } from "#schema/values/ids.ts";
import { login } from "../commands/login.ts";
import { register } from "../commands/register.ts";
import type { UsersContext } from "../context.ts";
import type { User } from "../domain/user.ts";
import { loginErrors, registerErrors } from "./errors/account.ts";
import { tokenPair } from "./tokenPair.ts";

interface RegisterInput {
  email: string;
  password: string;
  displayName?: string | null;
  countryCode?: string | null;
}

/** A person as the graph carries it; `isSelf` where the person has just shown who they are, though the request came as a guest. */
export type GraphUser = User & { isSelf?: true };

async function findUser(id: string | undefined, { loaders }: UsersContext): Promise<User | null> {
  const uuid = id && decodeId("usr", id);
  return uuid ? loaders.userById.load(uuid) : null;
}

export const accountResolvers: Resolvers = {
  Query: {
    me: (_root: unknown, _args: unknown, { viewer, loaders }: UsersContext) => viewer.userId && loaders.userById.load(viewer.userId),
    user: (_root: unknown, { id }: { id: string }, context: UsersContext) => findUser(id, context),
  },
  Mutation: {
    async register(_root: unknown, { input }: { input: RegisterInput }, context: UsersContext) {
      const outcome = await register(context, { ...input, displayName: input.displayName ?? null, countryCode: input.countryCode ?? null });
      return outcome.ok ? tokenPair(outcome.value) : toUserError(registerErrors, outcome.error);
    },
    async login(_root: unknown, { input }: { input: { email: string; password: string; deviceToken?: string | null } }, context: UsersContext) {
      const outcome = await login(context, input);
      return outcome.ok ? tokenPair(outcome.value) : toUserError(loginErrors, outcome.error);
    },
  },
  User: {
    __resolveReference: ({ id }: { id?: string }, context: UsersContext) => findUser(id, context),
    id: (user: User) => encodeId("usr", user.id),
  },
};

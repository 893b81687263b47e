import type { Resolvers } from "#kit/subgraph.ts";
import type { TokenPair } from "../commands/session/issueTokens.ts";
import type { UsersContext } from "../context.ts";
import { issueDeviceToken } from "../ports/deviceTokens.ts";

export const mfaResolvers: Resolvers = {
  TokenPair: {
    deviceToken: ({ user }: TokenPair, _args: unknown, { secrets, clocks }: UsersContext) => issueDeviceToken(secrets, user.id, clocks.wall.now()),
  },
};

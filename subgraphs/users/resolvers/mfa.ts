import type { Resolvers } from "#kit/subgraph.ts";
import type { Session } from "../commands/openSession.ts";
import type { UsersContext } from "../context.ts";
import { issueDeviceToken } from "../ports/deviceTokens.ts";

export const mfaResolvers: Resolvers = {
  TokenPair: {
    deviceToken: ({ user }: Session, _args: unknown, { secrets, clocks }: UsersContext) => issueDeviceToken(secrets, user.id, clocks.wall.now()),
  },
};

import { cursorOf, type PageArgs, readPage, toConnection } from "#kit/page.ts";
import type { Resolvers } from "#kit/subgraph.ts";
import { toUserError } from "#kit/userError.ts";
import { encodeId } from "#schema/values/ids.ts";
import { consentSet } from "../commands/consentSet.ts";
import type { UsersContext } from "../context.ts";
import { type ConsentDecision, type ConsentPurpose, type ConsentSource, consentsOf } from "../domain/consent.ts";
import type { User } from "../domain/user.ts";
import { consentErrors } from "./errors/address.ts";

interface ConsentInput { purpose: ConsentPurpose; granted: boolean; source?: ConsentSource | null; textVersion: string }
const cursor = cursorOf("consentHistory", ["uuid"]);

export const consentResolvers: Resolvers = {
  Mutation: {
    async consentSet(_root: unknown, { input }: { input: ConsentInput }, context: UsersContext) {
      const outcome = await consentSet(context, { ...input, source: input.source ?? "ACCOUNT" });
      return outcome.ok ? { __typename: "ConsentSetSuccess", consent: outcome.value } : toUserError(consentErrors, outcome.error);
    },
  },
  User: {
    consents: async (user: User, _args: unknown, { loaders }: UsersContext) => consentsOf(await loaders.latestConsentsOfUser.load(user.id)),
    async consentHistory(user: User, args: PageArgs, { loaders }: UsersContext) {
      const page = readPage(args, cursor);
      const rows = await loaders.consentHistoryOfUser.load({ key: user.id, limit: page.limit, after: page.after });
      return toConnection(rows, page, ({ id }) => cursor.encode([id]));
    },
  },
  ConsentDecision: { id: (decision: ConsentDecision) => encodeId("cst", decision.id) },
};

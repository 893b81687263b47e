import type { Resolvers } from "#kit/subgraph.ts";
import { toUserError } from "#kit/userError.ts";
import { decodeId, encodeId } from "#schema/values/ids.ts";
import { dataExportRequest } from "../commands/dataExportRequest.ts";
import { userErase } from "../commands/userErase.ts";
import type { UsersContext } from "../context.ts";
import { type DataExport, EXPORT_POLICY } from "../domain/dataExport.ts";
import type { User } from "../domain/user.ts";
import { redeemExportToken } from "../queries/dataExports.ts";
import { dataExportErrors, userEraseErrors } from "./errors/privacy.ts";

export const privacyResolvers: Resolvers = {
  Mutation: {
    async dataExportRequest(_root: unknown, _args: unknown, context: UsersContext) {
      const outcome = await dataExportRequest(context);
      if (!outcome.ok) return toUserError(dataExportErrors, outcome.error);
      context.wakePrivacy();
      return { __typename: "DataExportRequestSuccess", dataExport: outcome.value };
    },
    async userErase(_root: unknown, { input }: { input: { id?: string | null; idempotencyKey: string } }, context: UsersContext) {
      const outcome = await userErase(context, { id: input.id == null ? null : decodeId("usr", input.id), key: input.idempotencyKey });
      return outcome.ok ? { __typename: "UserEraseSuccess", erasedAt: outcome.value } : toUserError(userEraseErrors, outcome.error);
    },
    async dataExportOpen(_root: unknown, { token }: { token: string }, { db }: UsersContext) {
      const found = /^[A-Za-z0-9_-]{20,100}$/.test(token) ? await redeemExportToken(db, token, EXPORT_POLICY.keptAfterDownloadSeconds) : undefined;
      return found ? { objectKey: found.objectKey, fileName: `my-data-${found.requestedAt.toISOString().slice(0, 10)}.json` } : null;
    },
  },
  User: { dataExports: (user: User, _args: unknown, { loaders }: UsersContext) => loaders.dataExportsOfUser.load(user.id) },
  DataExport: { id: (one: DataExport) => encodeId("dex", one.id) },
};

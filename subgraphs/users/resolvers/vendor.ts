import type { Resolvers } from "#kit/subgraph.ts";
import { decodeId, encodeId } from "#schema/values/ids.ts";
import type { UsersContext } from "../context.ts";
import type { User, Vendor } from "../domain/user.ts";

export const vendorResolvers: Resolvers = {
  User: {
    vendors: (user: User, _args: unknown, { loaders }: UsersContext) => loaders.vendorsOfMember.load(user.id),
  },
  Vendor: {
    async __resolveReference({ id }: { id?: string }, { loaders }: UsersContext) {
      const uuid = id && decodeId("ven", id);
      return uuid ? loaders.vendorById.load(uuid) : null;
    },
    id: (vendor: Vendor) => encodeId("ven", vendor.id),
  },
};

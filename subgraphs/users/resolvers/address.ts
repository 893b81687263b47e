import { cursorOf, type PageArgs, readPage, toConnection } from "#kit/page.ts";
import type { Resolvers } from "#kit/subgraph.ts";
import { toUserError } from "#kit/userError.ts";
import { decodeId, encodeId } from "#schema/values/ids.ts";
import { addressDelete } from "../commands/addressDelete.ts";
import { addressSetDefault } from "../commands/addressSetDefault.ts";
import { type AddressUpsertInput, addressUpsert } from "../commands/addressUpsert.ts";
import type { UsersContext } from "../context.ts";
import type { Address } from "../domain/address.ts";
import type { User } from "../domain/user.ts";
import { addressErrors } from "./errors/address.ts";

type Input<T> = { readonly input: T };
const cursor = cursorOf("addresses", ["uuid"]);

export const addressResolvers: Resolvers = {
  Mutation: {
    async addressUpsert(_root: unknown, { input }: Input<Omit<AddressUpsertInput, "id"> & { id?: string | null }>, context: UsersContext) {
      const outcome = await addressUpsert(context, { ...input, id: input.id == null ? null : decodeId("adr", input.id) });
      return outcome.ok ? { __typename: "AddressUpsertSuccess", address: outcome.value } : toUserError(addressErrors, outcome.error);
    },
    async addressDelete(_root: unknown, { input }: Input<{ id: string; expectedVersion?: number | null }>, context: UsersContext) {
      const outcome = await addressDelete(context, { ...input, id: decodeId("adr", input.id) });
      return outcome.ok ? { __typename: "AddressDeleteSuccess", deletedId: encodeId("adr", outcome.value) } : toUserError(addressErrors, outcome.error);
    },
    async addressSetDefault(_root: unknown, { input }: Input<{ id: string; use: "SHIPPING" | "BILLING" }>, context: UsersContext) {
      const outcome = await addressSetDefault(context, { ...input, id: decodeId("adr", input.id) });
      return outcome.ok ? { __typename: "AddressSetDefaultSuccess", address: outcome.value } : toUserError(addressErrors, outcome.error);
    },
  },
  User: {
    async addresses(user: User, args: PageArgs, { loaders }: UsersContext) {
      const page = readPage(args, cursor);
      const all = await loaders.addressesOfUser.load(user.id);
      // Lower-case hex of equal length sorts as the database sorts it.
      const rest = page.after ? all.filter(({ id }) => id < (page.after?.[0] ?? "")) : all;
      return toConnection(rest.slice(0, page.limit + 1), page, ({ id }) => cursor.encode([id]));
    },
    defaultShippingAddress: async (user: User, _args: unknown, { loaders }: UsersContext) => (await loaders.addressesOfUser.load(user.id)).find((address) => address.isDefaultShipping),
    defaultBillingAddress: async (user: User, _args: unknown, { loaders }: UsersContext) => (await loaders.addressesOfUser.load(user.id)).find((address) => address.isDefaultBilling),
  },
  Address: { id: (address: Address) => encodeId("adr", address.id) },
};

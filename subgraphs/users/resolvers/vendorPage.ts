import type { Resolvers } from "#kit/subgraph.ts";
import { type Renderers, toUserError } from "#kit/userError.ts";
import { decodeId } from "#schema/values/ids.ts";
import { vendorUpdate, type VendorUpdateRefusal } from "../commands/vendor/vendorUpdate.ts";
import type { UsersContext } from "../context.ts";
import type { Vendor } from "../domain/user.ts";
import { vendorUpsertErrors } from "./errors/vendor.ts";

interface PageInput { vendorId: string; description?: string | null; shippingPolicy?: string | null; returnPolicy?: string | null; isOpen?: boolean | null; expectedVersion?: number | null }

const errors: Renderers<VendorUpdateRefusal> = {
  INVALID_VALUE: vendorUpsertErrors.INVALID_VALUE,
  VERSION_CONFLICT: vendorUpsertErrors.VERSION_CONFLICT,
  VENDOR_NOT_FOUND: () => ({ message: "There is no such vendor that you may change.", path: ["input", "vendorId"] }),
};

export const vendorPageResolvers: Resolvers = {
  Mutation: {
    async vendorUpdate(_root: unknown, { input }: { input: PageInput }, context: UsersContext) {
      const { vendorId, description, shippingPolicy, returnPolicy, isOpen, expectedVersion } = input;
      const outcome = await vendorUpdate(context, { description, shippingPolicy, returnPolicy, vendorId: decodeId("ven", vendorId), isOpen: isOpen ?? undefined, expectedVersion: expectedVersion ?? null });
      return outcome.ok ? { __typename: "VendorUpdateSuccess", vendor: outcome.value } : toUserError(errors, outcome.error);
    },
  },
  Vendor: {
    description: async (vendor: Vendor, _args: unknown, { loaders }: UsersContext) => (await loaders.pageOfVendor.load(vendor.id))?.description,
    shippingPolicy: async (vendor: Vendor, _args: unknown, { loaders }: UsersContext) => (await loaders.pageOfVendor.load(vendor.id))?.shippingPolicy,
    returnPolicy: async (vendor: Vendor, _args: unknown, { loaders }: UsersContext) => (await loaders.pageOfVendor.load(vendor.id))?.returnPolicy,
    isOpen: async (vendor: Vendor, _args: unknown, { loaders }: UsersContext) => (await loaders.pageOfVendor.load(vendor.id))?.isOpen ?? true,
  },
};

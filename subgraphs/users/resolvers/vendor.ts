import { cursorOf, type PageArgs, readPage, toConnection } from "#kit/page.ts";
import type { Resolvers } from "#kit/subgraph.ts";
import { toUserError } from "#kit/userError.ts";
import { decodeId, encodeId } from "#schema/values/ids.ts";
import { vendorMemberAdd, vendorMemberRemove } from "../commands/vendor/vendorMemberSet.ts";
import { vendorUpsert } from "../commands/vendor/vendorUpsert.ts";
import type { UsersContext } from "../context.ts";
import type { User, Vendor } from "../domain/user.ts";
import type { VendorMember, VendorRole } from "../domain/vendor.ts";
import { findVendorBySlug, listVendors } from "../queries/vendors.ts";
import { vendorMemberAddErrors, vendorMemberRemoveErrors, vendorUpsertErrors } from "./errors/vendor.ts";

interface VendorArgs { id?: string | null; name: string; slug?: string | null; commissionBps?: number | null; expectedVersion?: number | null }
interface MemberArgs { input: { vendorId: string; userId: string; role?: VendorRole | null } }

const vendorCursor = cursorOf("vendors", ["text", "uuid"]);
const FIRST = ["", "00000000-0000-0000-0000-000000000000"] as const;
const SLUG = /^[a-z0-9-]{1,100}$/;

const whoseVendor = ({ input }: MemberArgs) => ({ vendorId: decodeId("ven", input.vendorId), userId: decodeId("usr", input.userId) });

export const vendorResolvers: Resolvers = {
  Query: {
    async vendor(_root: unknown, { id, slug }: { id?: string | null; slug?: string | null }, { db, loaders }: UsersContext) {
      const uuid = id == null ? undefined : decodeId("ven", id);
      if (id != null && uuid === undefined) return null;
      const found = uuid !== undefined ? await loaders.vendorById.load(uuid) : slug != null && SLUG.test(slug) ? await findVendorBySlug(db, slug) : null;
      return found && (slug == null || found.slug === slug) ? found : null;
    },
    async vendors(_root: unknown, args: PageArgs, { db }: UsersContext) {
      const page = readPage(args, vendorCursor);
      const rows = await listVendors(db, (page.after as [string, string] | undefined) ?? FIRST, page.limit + 1);
      return toConnection(rows, page, (vendor) => vendorCursor.encode([vendor.name, vendor.id]));
    },
  },
  Mutation: {
    async vendorUpsert(_root: unknown, { input }: { input: VendorArgs }, context: UsersContext) {
      const outcome = await vendorUpsert(context, {
        id: input.id == null ? null : decodeId("ven", input.id), name: input.name, slug: input.slug ?? null, commissionBps: input.commissionBps ?? null, expectedVersion: input.expectedVersion ?? null,
      });
      return outcome.ok ? { __typename: "VendorUpsertSuccess", vendor: outcome.value } : toUserError(vendorUpsertErrors, outcome.error);
    },
    async vendorMemberAdd(_root: unknown, args: MemberArgs, context: UsersContext) {
      const outcome = await vendorMemberAdd(context, { ...whoseVendor(args), role: args.input.role ?? "MEMBER" });
      return outcome.ok ? { __typename: "VendorMemberAddSuccess", vendor: outcome.value } : toUserError(vendorMemberAddErrors, outcome.error);
    },
    async vendorMemberRemove(_root: unknown, args: MemberArgs, context: UsersContext) {
      const outcome = await vendorMemberRemove(context, whoseVendor(args));
      return outcome.ok ? { __typename: "VendorMemberRemoveSuccess", vendor: outcome.value } : toUserError(vendorMemberRemoveErrors, outcome.error);
    },
  },
  User: {
    vendors: (user: User, _args: unknown, { loaders }: UsersContext) => loaders.vendorsOfMember.load(user.id),
  },
  Vendor: {
    async __resolveReference({ id }: { id?: string }, { loaders }: UsersContext) {
      const uuid = id && decodeId("ven", id);
      return uuid ? loaders.vendorById.load(uuid) : null;
    },
    id: (vendor: Vendor) => encodeId("ven", vendor.id),
    members: (vendor: Vendor, _args: unknown, { loaders }: UsersContext) => loaders.membersOfVendor.load(vendor.id),
  },
  VendorMember: { userId: (member: VendorMember) => encodeId("usr", member.userId) },
};

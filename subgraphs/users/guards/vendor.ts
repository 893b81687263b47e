import { allow, anyOf, authenticated, type Guards, permission, when } from "#kit/guard.ts";
import type { Vendor } from "../domain/user.ts";

const itsPeople = when<Vendor>("the vendor's people", (viewer, vendor) => viewer.vendorIds.includes(vendor.id));
const itsPeopleOrShop = anyOf(itsPeople, permission("vendors.read"), permission("vendors.write"));

export const vendorGuards: Guards = {
  Query: { vendor: allow, vendors: allow },
  // Whose vendor a change of its people names is looked at by the command: another's is not there.
  Mutation: { vendorUpsert: permission("vendors.write"), vendorMemberAdd: authenticated, vendorMemberRemove: authenticated },
  User: { vendors: allow },
  Vendor: { id: allow, slug: allow, name: allow, version: allow, commissionBps: itsPeopleOrShop, members: itsPeopleOrShop },
  // Reached through the guarded field above alone.
  VendorMember: allow,
  VendorConnection: allow,
  VendorEdge: allow,
  VendorUpsertSuccess: permission("vendors.write"),
  VendorMemberAddSuccess: allow,
  VendorMemberRemoveSuccess: allow,
  VendorNotFound: allow,
  VendorSlugTaken: allow,
  TooManyVendorMembers: allow,
  VendorMemberNotFound: allow,
  LastVendorOwner: allow,
};

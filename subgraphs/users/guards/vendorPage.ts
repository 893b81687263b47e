import { allow, anyOf, type Guards, permission, when } from "#kit/guard.ts";

const sellers = when("who sells for a vendor", (viewer) => viewer.vendorIds.length > 0);

/** Whose page a change names is looked at by the command: another vendor's is not there. */
export const vendorPageGuards: Guards = {
  Mutation: { vendorUpdate: anyOf(sellers, permission("vendors.write")) },
  Vendor: { description: allow, shippingPolicy: allow, returnPolicy: allow, isOpen: allow },
  VendorUpdateSuccess: allow,
};

import { allow, anyOf, type Guards, permission, when } from "#kit/guard.ts";
import type { VendorStub } from "../resolvers/vendorOrder.ts";

const shopPeople = permission("vendors.read");
const itsPeople = when<VendorStub>("the vendor's people", (viewer, vendor) => viewer.vendorIds.includes(vendor.vendorId));

export const vendorOrderGuards: Guards = {
  Vendor: { id: allow, orders: anyOf(itsPeople, shopPeople), balance: anyOf(itsPeople, shopPeople) },
  // Reached only through the two above.
  VendorOrder: allow,
  VendorOrderConnection: allow,
  VendorOrderEdge: allow,
};

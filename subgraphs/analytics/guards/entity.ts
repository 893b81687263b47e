import { allow, allOf, anyOf, permission, when, type Guards } from "#kit/guard.ts";
import { decodeId } from "#schema/values/ids.ts";
import { analysts } from "./shared.ts";

const themselves = when<{ id: string }>("the person", (viewer, user) => viewer.userId !== null && viewer.userId === decodeId("usr", user.id));
const itsPeople = when<{ id: string }>("the vendor's people", (viewer, vendor) => viewer.vendorIds.includes(decodeId("ven", vendor.id) ?? ""));

// The figures are reached only through the three fields.
export const entityGuards: Guards = {
  User: { id: allow, analytics: anyOf(themselves, permission("users.readAnonymous"), analysts) },
  UserAnalytics: allow,
  UserMoney: allow,
  Category: { id: allow, analytics: analysts },
  CategoryAnalytics: allow,
  Vendor: { id: allow, analytics: anyOf(analysts, allOf(permission("metrics.readOwn"), itsPeople)) },
  VendorAnalytics: allow,
  VendorMoney: allow,
};

import { auditAs } from "#kit/audit.ts";
import { can } from "#kit/viewer.ts";
import { err, ok, type Result } from "#schema/values/result.ts";
import type { Tx } from "#platform/db/database.ts";
import { requireStepUp, type StepUpRequired } from "../../domain/stepUp.ts";
import type { Vendor } from "../../domain/user.ts";
import { MAX_MEMBERS, type VendorMember, type VendorRole } from "../../domain/vendor.ts";
import { findRightsForUpdate } from "../../queries/userRights.ts";
import { listVendorMembers, putVendorMember, removeVendorMember } from "../../queries/vendorMembers.ts";
import { findVendorForUpdate } from "../../queries/vendors.ts";
import type { Commanded } from "../permission/changeRights.ts";

export type VendorMemberRefusal = StepUpRequired | { code: "VENDOR_NOT_FOUND" } | { code: "LAST_VENDOR_OWNER" };
export type VendorMemberAddRefusal = VendorMemberRefusal | { code: "USER_NOT_FOUND" } | { code: "TOO_MANY_VENDOR_MEMBERS" };
export type VendorMemberRemoveRefusal = VendorMemberRefusal | { code: "VENDOR_MEMBER_NOT_FOUND" };

/** Undefined where an id names nothing of its kind at all. */
export interface WhoseVendor {
  readonly vendorId: string | undefined;
  readonly userId: string | undefined;
}

interface Scene { readonly tx: Tx; readonly vendor: Vendor; readonly members: readonly VendorMember[] }

/** Lets a person sell for a vendor, or changes whether they may say who else does. */
export function vendorMemberAdd(parts: Commanded, { vendorId, userId, role }: WhoseVendor & { role: VendorRole }): Promise<Result<Vendor, VendorMemberAddRefusal>> {
  return change<VendorMemberAddRefusal>(parts, vendorId, async ({ tx, vendor, members }) => {
    // Somebody who cannot log in sells for nobody.
    if (userId === undefined || !(await findRightsForUpdate(tx, userId))?.isActive) return err({ code: "USER_NOT_FOUND" });
    const before = members.find((member) => member.userId === userId);
    if (!before && members.length >= MAX_MEMBERS) return err({ code: "TOO_MANY_VENDOR_MEMBERS" });
    if (before?.role === "OWNER" && role !== "OWNER" && isLastOwner(parts, members, userId)) return err({ code: "LAST_VENDOR_OWNER" });
    if (before?.role !== role) await putVendorMember(tx, { vendorId: vendor.id, userId, role });
    await auditAs(tx, parts, "vendorMemberAdd", "vendor", vendor.id, { userId, role, before: before?.role ?? null });
    return ok(vendor);
  });
}

/** Lets a person sell for a vendor no more. */
export function vendorMemberRemove(parts: Commanded, { vendorId, userId }: WhoseVendor): Promise<Result<Vendor, VendorMemberRemoveRefusal>> {
  return change<VendorMemberRemoveRefusal>(parts, vendorId, async ({ tx, vendor, members }) => {
    const member = members.find((one) => one.userId === userId);
    if (!member) return err({ code: "VENDOR_MEMBER_NOT_FOUND" });
    if (isLastOwner(parts, members, member.userId)) return err({ code: "LAST_VENDOR_OWNER" });
    await removeVendorMember(tx, vendor.id, member.userId);
    await auditAs(tx, parts, "vendorMemberRemove", "vendor", vendor.id, { userId: member.userId, role: member.role });
    return ok(vendor);
  });
}

/** Nobody of the vendor could let others in any more. The shop may leave it so. */
function isLastOwner({ viewer }: Commanded, members: readonly VendorMember[], userId: string): boolean {
  const owners = members.filter((member) => member.role === "OWNER");
  return !can(viewer, "vendors.write") && owners.length === 1 && owners[0]?.userId === userId;
}

/** By an owner as the table has it now, not as a token remembers it, or by who may change any vendor; for others it is not there. */
async function change<R>(parts: Commanded, vendorId: string | undefined, work: (scene: Scene) => Promise<Result<Vendor, R>>): Promise<Result<Vendor, R | VendorMemberRefusal>> {
  const stale = requireStepUp(parts.viewer, parts.clocks);
  if (stale) return err(stale);
  return parts.db.tx<Result<Vendor, R | VendorMemberRefusal>>(async (tx) => {
    const vendor = vendorId === undefined ? undefined : await findVendorForUpdate(tx, vendorId);
    const members = vendor ? await listVendorMembers(tx, [vendor.id]) : [];
    const isOwner = members.some((member) => member.role === "OWNER" && member.userId === parts.viewer.userId);
    if (!vendor || !(isOwner || can(parts.viewer, "vendors.write"))) return err({ code: "VENDOR_NOT_FOUND" });
    return work({ tx, vendor, members });
  }, { retries: 3 });
}

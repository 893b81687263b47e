import { auditAs } from "#kit/audit.ts";
import { can } from "#kit/viewer.ts";
import { err, ok, type Result } from "#schema/values/result.ts";
import type { Vendor } from "../../domain/user.ts";
import type { InvalidVendor } from "../../domain/vendor.ts";
import { changePage, type VendorPageInput } from "../../domain/vendorPage.ts";
import { listVendorPages, updateVendorPage } from "../../queries/vendorPages.ts";
import { findVendorForUpdate } from "../../queries/vendors.ts";
import type { Commanded } from "../permission/changeRights.ts";

export type VendorUpdateRefusal = InvalidVendor | { code: "VENDOR_NOT_FOUND" } | { code: "VERSION_CONFLICT"; expected: number; actual: number };

export interface VendorUpdateInput extends VendorPageInput {
  /** Undefined where the id names no vendor at all. */
  readonly vendorId: string | undefined;
  readonly expectedVersion: number | null;
}

/** Says what a vendor's page shows. The same again changes nothing; another's vendor is not there. */
export async function vendorUpdate(parts: Commanded, { vendorId, expectedVersion, ...input }: VendorUpdateInput): Promise<Result<Vendor, VendorUpdateRefusal>> {
  const { db, viewer } = parts;
  if (vendorId === undefined || !(viewer.vendorIds.includes(vendorId) || can(viewer, "vendors.write"))) return err({ code: "VENDOR_NOT_FOUND" });
  return db.tx<Result<Vendor, VendorUpdateRefusal>>(async (tx) => {
    const vendor = await findVendorForUpdate(tx, vendorId);
    const [page] = vendor ? await listVendorPages(tx, [vendorId]) : [];
    if (!vendor || !page) return err({ code: "VENDOR_NOT_FOUND" });
    if (expectedVersion !== null && expectedVersion !== vendor.version) return err({ code: "VERSION_CONFLICT", expected: expectedVersion, actual: vendor.version });
    const changed = changePage(page, input);
    if (!changed.ok) return changed;
    const fields = (["description", "shippingPolicy", "returnPolicy", "isOpen"] as const).filter((field) => changed.value[field] !== page[field]);
    await auditAs(tx, parts, "vendorUpdate", "vendor", vendor.id, { fields });
    if (fields.length === 0) return ok(vendor);
    await updateVendorPage(tx, changed.value);
    return ok({ ...vendor, version: vendor.version + 1 });
  }, { retries: 3 });
}

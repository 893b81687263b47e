import { auditAs } from "#kit/audit.ts";
import { err, ok, type Result } from "#schema/values/result.ts";
import type { Vendor } from "../../domain/user.ts";
import { type InvalidVendor, readVendor, type VendorInput } from "../../domain/vendor.ts";
import { findVendorForUpdate, insertVendor, updateVendor } from "../../queries/vendors.ts";
import type { Commanded } from "../permission/changeRights.ts";

export type VendorUpsertRefusal = InvalidVendor | { code: "VENDOR_NOT_FOUND" } | { code: "VENDOR_SLUG_TAKEN" } | { code: "VERSION_CONFLICT"; expected: number; actual: number };

export interface VendorUpsertInput extends VendorInput {
  /** Null opens one; undefined where the id names no vendor at all. */
  readonly id: string | null | undefined;
  readonly expectedVersion: number | null;
}

/** Opens a vendor, or changes its name, its slug and what the shop keeps of its sales. */
export async function vendorUpsert(parts: Commanded, input: VendorUpsertInput): Promise<Result<Vendor, VendorUpsertRefusal>> {
  const read = readVendor(input, input.id === null);
  if (!read.ok) return read;
  if (input.id === undefined) return err({ code: "VENDOR_NOT_FOUND" });
  const { id, expectedVersion } = input;
  return parts.db.tx<Result<Vendor, VendorUpsertRefusal>>(async (tx) => {
    const before = id === null ? undefined : await findVendorForUpdate(tx, id);
    if (id !== null && !before) return err({ code: "VENDOR_NOT_FOUND" });
    if (before && expectedVersion !== null && expectedVersion !== before.version) return err({ code: "VERSION_CONFLICT", expected: expectedVersion, actual: before.version });
    const vendor = before ? await updateVendor(tx, before.id, read.value) : await insertVendor(tx, { ...read.value, slug: read.value.slug ?? "" }, parts.clocks.business.now());
    if (!vendor) return err({ code: "VENDOR_SLUG_TAKEN" });
    await auditAs(tx, parts, "vendorUpsert", "vendor", vendor.id, { isNew: !before, slug: vendor.slug, commissionBps: vendor.commissionBps });
    return ok(vendor);
  }, { retries: 3 });
}

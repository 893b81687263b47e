import { err, ok, type Result } from "#schema/values/result.ts";
import { isUnshowable } from "#schema/values/text.ts";

export const VENDOR_ROLES = ["OWNER", "MEMBER"] as const;
export type VendorRole = (typeof VENDOR_ROLES)[number];

export interface VendorMember {
  /** UUID of users.vendors. */
  readonly vendorId: string;
  /** UUID of users.users. */
  readonly userId: string;
  readonly displayName: string | null;
  readonly role: VendorRole;
}

export interface VendorInput {
  readonly name: string;
  /** Made of the name where null and the vendor is new. */
  readonly slug: string | null;
  readonly commissionBps: number | null;
}
export interface InvalidVendor { code: "INVALID_VALUE"; why: string; path: readonly string[] }

export const MAX_MEMBERS = 100;
const MAX_NAME = 120;
const MAX_SLUG = 60;

/** What a vendor is to be; the slug is null where the present one stays. */
export function readVendor(input: VendorInput, isNew: boolean): Result<VendorInput, InvalidVendor> {
  const invalid = (why: string, field: string): Result<never, InvalidVendor> => err({ code: "INVALID_VALUE", why, path: ["input", field] });
  const name = input.name.trim().normalize("NFC");
  if (name === "" || [...name].length > MAX_NAME || isUnshowable(name)) return invalid(`The name must have 1 to ${MAX_NAME} characters that can be shown.`, "name");
  const { commissionBps } = input;
  if (commissionBps !== null && (commissionBps < 0 || commissionBps > 10_000)) return invalid("The commission must be 0 to 10000 hundredths of a per cent.", "commissionBps");
  const slug = input.slug ?? (isNew ? slugOf(name) : null);
  if (slug !== null && (slug.length > MAX_SLUG || !/^[a-z0-9]+(-[a-z0-9]+)*$/.test(slug))) {
    return invalid(`The slug must have 1 to ${MAX_SLUG} lower-case letters of a to z and digits, with single hyphens between.`, "slug");
  }
  return ok({ name, slug, commissionBps });
}

function slugOf(name: string): string {
  return name.normalize("NFKD").replaceAll(/\p{M}/gu, "").toLowerCase().replaceAll(/[^a-z0-9]+/g, "-").slice(0, MAX_SLUG).replaceAll(/^-|-$/g, "");
}

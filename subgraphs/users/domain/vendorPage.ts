import { err, ok, type Result } from "#schema/values/result.ts";
import { hasHiddenInLines } from "#schema/values/text.ts";
import type { InvalidVendor } from "./vendor.ts";

/** What a vendor's page shows. */
export interface VendorPage {
  /** UUID of the vendor. */
  readonly id: string;
  readonly description: string | null;
  readonly shippingPolicy: string | null;
  readonly returnPolicy: string | null;
  readonly isOpen: boolean;
}

/** Undefined stays, null takes away. */
export interface VendorPageInput {
  readonly description: string | null | undefined;
  readonly shippingPolicy: string | null | undefined;
  readonly returnPolicy: string | null | undefined;
  readonly isOpen: boolean | undefined;
}

const MAX_TEXT = 5_000;

/** The page with what is given. */
export function changePage(page: VendorPage, input: VendorPageInput): Result<VendorPage, InvalidVendor> {
  const texts: { description: string | null; shippingPolicy: string | null; returnPolicy: string | null } = page;
  const changed = { ...texts };
  for (const field of ["description", "shippingPolicy", "returnPolicy"] as const) {
    const given = input[field];
    if (given === undefined) continue;
    const text = given?.trim() ?? "";
    if (text.length > MAX_TEXT || hasHiddenInLines(text)) return err({ code: "INVALID_VALUE", why: `Write plain text of at most ${MAX_TEXT} characters.`, path: ["input", field] });
    changed[field] = text === "" ? null : text;
  }
  return ok({ id: page.id, description: changed.description, shippingPolicy: changed.shippingPolicy, returnPolicy: changed.returnPolicy, isOpen: input.isOpen ?? page.isOpen });
}

import { allow, type Guards } from "#kit/guard.ts";

/** The page of a vendor is public; drafts are kept back where products are read. */
export const vendorGuards: Guards = {
  Vendor: { id: allow, products: allow, rating: allow },
};

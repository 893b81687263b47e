import { allow, type Guards } from "#kit/guard.ts";

export const vendorGuards: Guards = {
  User: { vendors: allow },
  Vendor: allow,
};

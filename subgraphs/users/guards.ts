import type { Guards } from "#kit/guard.ts";
import { mergeAreas } from "#kit/mergeAreas.ts";
import { accountGuards } from "./guards/account.ts";
import { mfaGuards } from "./guards/mfa.ts";
import { vendorGuards } from "./guards/vendor.ts";

export const guards: Guards = mergeAreas<Guards>(
  accountGuards,
  mfaGuards,
  vendorGuards,
);

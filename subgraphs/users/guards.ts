import type { Guards } from "#kit/guard.ts";
import { mergeAreas } from "#kit/mergeAreas.ts";
import { accountGuards } from "./guards/account.ts";
import { addressGuards } from "./guards/address.ts";
import { consentGuards } from "./guards/consent.ts";
import { credentialGuards } from "./guards/credential.ts";
import { identityGuards } from "./guards/identity.ts";
import { mfaGuards } from "./guards/mfa.ts";
import { sessionGuards } from "./guards/session.ts";
import { auditGuards } from "./guards/audit.ts";
import { permissionGuards } from "./guards/permission.ts";
import { privacyGuards } from "./guards/privacy.ts";
import { sharedGuards } from "./guards/shared.ts";
import { vendorGuards } from "./guards/vendor.ts";
import { vendorPageGuards } from "./guards/vendorPage.ts";

export const guards: Guards = mergeAreas<Guards>(
  sharedGuards,
  accountGuards,
  addressGuards,
  consentGuards,
  privacyGuards,
  auditGuards,
  credentialGuards,
  identityGuards,
  mfaGuards,
  sessionGuards,
  permissionGuards,
  vendorGuards,
  vendorPageGuards,
);

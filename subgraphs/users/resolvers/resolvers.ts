import { mergeAreas } from "#kit/mergeAreas.ts";
import type { Resolvers } from "#kit/subgraph.ts";
import { accountResolvers } from "./account.ts";
import { credentialResolvers } from "./credential.ts";
import { identityResolvers } from "./identity.ts";
import { mfaResolvers } from "./mfa.ts";
import { addressResolvers } from "./address.ts";
import { privacyResolvers } from "./privacy.ts";
import { consentResolvers } from "./consent.ts";
import { peopleResolvers } from "./people.ts";
import { sessionResolvers } from "./session.ts";
import { auditResolvers } from "./audit.ts";
import { permissionResolvers } from "./permission.ts";
import { vendorResolvers } from "./vendor.ts";
import { vendorPageResolvers } from "./vendorPage.ts";

export const resolvers: Resolvers = mergeAreas<Resolvers>(
  accountResolvers,
  credentialResolvers,
  identityResolvers,
  mfaResolvers,
  addressResolvers,
  consentResolvers,
  privacyResolvers,
  peopleResolvers,
  sessionResolvers,
  auditResolvers,
  permissionResolvers,
  vendorResolvers,
  vendorPageResolvers,
);

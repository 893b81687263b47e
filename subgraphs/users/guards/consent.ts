import { allow, authenticated, type Guards } from "#kit/guard.ts";
import { personalData } from "./account.ts";

export const consentGuards: Guards = {
  Mutation: { consentSet: authenticated },
  User: { consents: personalData, consentHistory: personalData },
  Consent: allow,
  ConsentDecision: allow,
  ConsentConnection: allow,
  ConsentEdge: allow,
  ConsentSetSuccess: allow,
};

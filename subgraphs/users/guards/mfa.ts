import { allow, authenticated, type Guards } from "#kit/guard.ts";
import { personalData } from "./account.ts";

export const mfaGuards: Guards = {
  Mutation: { mfaEnroll: authenticated, mfaConfirm: authenticated, mfaDisable: authenticated, recoveryCodesRenew: authenticated, mfaVerify: allow, stepUp: authenticated },
  User: { mfa: personalData },
  TokenPair: { deviceToken: allow },
  Mfa: allow,
  MfaEnrolment: allow,
  MfaEnabled: allow,
  MfaDisabled: allow,
  RecoveryCodes: allow,
  MfaRequired: allow,
  InvalidMfaCode: allow,
  InvalidChallenge: allow,
  MfaAlreadyEnabled: allow,
  EmailNotVerified: allow,
  MfaNotEnabled: allow,
  MfaNotStarted: allow,
  StepUpRequired: allow,
};

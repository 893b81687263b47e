import { allow, authenticated, type Guards } from "#kit/guard.ts";

export const credentialGuards: Guards = {
  Mutation: {
    emailVerificationRequest: authenticated,
    // Who holds the token need not be logged in: it was mailed, and is worth as much as it is bound to.
    emailVerify: allow,
    passwordResetRequest: allow,
    passwordReset: allow,
    passwordChange: authenticated,
    emailChangeRequest: authenticated,
    emailChange: allow,
  },
  EmailVerificationRequestSuccess: allow,
  EmailVerifySuccess: allow,
  PasswordResetRequestSuccess: allow,
  PasswordResetSuccess: allow,
  PasswordChangeSuccess: allow,
  EmailChangeRequestSuccess: allow,
  EmailChangeSuccess: allow,
  InvalidToken: allow,
};

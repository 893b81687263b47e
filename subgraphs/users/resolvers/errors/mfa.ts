import type { Renderers } from "#kit/userError.ts";
import type { MfaConfirmRefusal } from "../../commands/mfa/mfaConfirm.ts";
import type { MfaDisableRefusal } from "../../commands/mfa/mfaDisable.ts";
import type { MfaEnrollRefusal } from "../../commands/mfa/mfaEnroll.ts";
import type { MfaVerifyRefusal } from "../../commands/mfa/mfaVerify.ts";
import type { MfaRequired } from "../../commands/mfa/openChallenge.ts";
import type { RecoveryCodesRenewRefusal } from "../../commands/mfa/recoveryCodesRenew.ts";
import type { StepUpRefusal } from "../../commands/mfa/stepUp.ts";
import { CHALLENGE_ATTEMPTS, type InvalidMfaCode, type InvalidProof } from "../../domain/secondFactor.ts";
import type { StepUpRequired } from "../../domain/stepUp.ts";
import { rateLimited } from "./rateLimited.ts";

/** For every area that asks for a fresh proof: `STEP_UP_REQUIRED: stepUpRequired`. */
export const stepUpRequired = ({ maxAgeSeconds }: StepUpRequired) => ({
  message: `Show once more who you are: call stepUp, then repeat this within ${Math.floor(maxAgeSeconds / 60)} minutes with the access token that it answers.`,
  fields: { maxAgeSeconds },
});

/** For what would be found by whose address it is: `EMAIL_NOT_VERIFIED: emailNotVerified`. */
export const emailNotVerified = () => ({ message: "Confirm the account's e-mail address first: emailVerificationRequest has the mail sent once more." });

/** For every login: `MFA_REQUIRED: mfaRequired`. */
export const mfaRequired = ({ challenge, methods, expiresAt }: MfaRequired) => ({
  message: "This account has a second factor: call mfaVerify with this challenge and a code of the authenticator app, or a recovery code.",
  fields: { challenge, methods, expiresAt },
});

const invalidCode = ({ field }: InvalidMfaCode) => ({
  message: field === "recoveryCode" ? "This is none of the recovery codes, or it was used before." : "This is not the code the app shows at this moment, or it was used before: wait for the next one.",
  path: ["input", field],
});

const invalidProof = ({ reason, path }: InvalidProof) => ({ message: `This proves nothing: ${reason}.`, path });

const alreadyEnabled = () => ({ message: "The second factor is on already: to change the app, turn it off first." });
const notEnabled = () => ({ message: "This account has no second factor: turn it on with mfaEnroll and mfaConfirm." });

export const mfaEnrollErrors: Renderers<MfaEnrollRefusal> = { MFA_ALREADY_ENABLED: alreadyEnabled, EMAIL_NOT_VERIFIED: emailNotVerified, STEP_UP_REQUIRED: stepUpRequired };

export const mfaConfirmErrors: Renderers<MfaConfirmRefusal> = {
  INVALID_MFA_CODE: invalidCode,
  MFA_NOT_STARTED: () => ({ message: "No secret waits for this code: call mfaEnroll, put the new secret into the app, and confirm within 15 minutes." }),
  MFA_ALREADY_ENABLED: alreadyEnabled,
  EMAIL_NOT_VERIFIED: emailNotVerified,
  RATE_LIMITED: rateLimited,
};

export const mfaDisableErrors: Renderers<MfaDisableRefusal> = { MFA_NOT_ENABLED: notEnabled, STEP_UP_REQUIRED: stepUpRequired };

export const recoveryCodesRenewErrors: Renderers<RecoveryCodesRenewRefusal> = { MFA_NOT_ENABLED: notEnabled, STEP_UP_REQUIRED: stepUpRequired };

export const mfaVerifyErrors: Renderers<MfaVerifyRefusal> = {
  INVALID_MFA_CODE: invalidCode,
  INVALID_VALUE: invalidProof,
  INVALID_CHALLENGE: () => ({ message: `This login is over: it took ${CHALLENGE_ATTEMPTS} codes, its time ran out, or it has been used. Log in again.`, path: ["input", "challenge"] }),
  RATE_LIMITED: rateLimited,
};

export const stepUpErrors: Renderers<StepUpRefusal> = {
  INVALID_CREDENTIALS: () => ({ message: "This is not the password of the account.", path: ["input", "password"] }),
  INVALID_MFA_CODE: invalidCode,
  INVALID_VALUE: invalidProof,
  SESSION_NOT_FOUND: () => ({ message: "This access token belongs to no session that lives: log in again." }),
  RATE_LIMITED: rateLimited,
};

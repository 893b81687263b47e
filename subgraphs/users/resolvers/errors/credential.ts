import type { Renderers } from "#kit/userError.ts";
import type { EmailChangeRequestRefusal } from "../../commands/credential/emailChangeRequest.ts";
import type { EmailVerifyRefusal } from "../../commands/credential/emailVerify.ts";
import type { PasswordChangeRefusal } from "../../commands/credential/passwordChange.ts";
import type { PasswordResetRefusal } from "../../commands/credential/passwordReset.ts";
import type { PasswordResetRequestRefusal } from "../../commands/credential/passwordResetRequest.ts";
import type { RateLimited } from "../../commands/admitAttempt.ts";
import type { InvalidEmail } from "../../domain/emailChange.ts";
import { PASSWORD_LENGTH, type WeakPassword } from "../../domain/password.ts";
import { stepUpRequired } from "./mfa.ts";
import { rateLimited } from "./rateLimited.ts";

const WEAK: Readonly<Record<WeakPassword["why"], string>> = {
  TOO_SHORT: `The password is too short: use at least ${PASSWORD_LENGTH.min} characters.`,
  TOO_LONG: `The password is too long: use at most ${PASSWORD_LENGTH.max} characters.`,
  NOT_TEXT: "The password holds half a character, which no keyboard types: choose another one.",
  COMMON: "The password is one of those that are tried first: choose another one.",
  LIKE_EMAIL: "The password is little more than the e-mail address: choose another one.",
};

export const weakPassword = ({ why }: WeakPassword) => ({ message: WEAK[why], path: ["input", "password"] });

export const invalidEmail = ({ why }: InvalidEmail) => ({
  message: why === "SAME" ? "This is the account's address already." : "This is no e-mail address: write it like name@example.com.", path: ["input", "email"],
});

const invalidToken = () => ({ message: "This link was used, has run out, or was replaced by a newer one: ask for a new mail.", path: ["input", "token"] });

export const mailRequestErrors: Renderers<RateLimited> = { RATE_LIMITED: rateLimited };

export const passwordResetRequestErrors: Renderers<PasswordResetRequestRefusal> = { INVALID_EMAIL: invalidEmail, RATE_LIMITED: rateLimited };

export const emailTokenErrors: Renderers<EmailVerifyRefusal> = {
  INVALID_TOKEN: invalidToken,
  EMAIL_TAKEN: () => ({ message: "Another account has proven this address: log in to that one, or choose a new password for it.", path: ["input", "token"] }),
};

export const passwordResetErrors: Renderers<PasswordResetRefusal> = { INVALID_TOKEN: invalidToken, WEAK_PASSWORD: weakPassword, RATE_LIMITED: rateLimited };

export const passwordChangeErrors: Renderers<PasswordChangeRefusal> = {
  INVALID_CREDENTIALS: () => ({ message: "This is not the present password.", path: ["input", "currentPassword"] }),
  WEAK_PASSWORD: weakPassword,
  STEP_UP_REQUIRED: stepUpRequired,
  RATE_LIMITED: rateLimited,
};

export const emailChangeRequestErrors: Renderers<EmailChangeRequestRefusal> = { INVALID_EMAIL: invalidEmail, STEP_UP_REQUIRED: stepUpRequired, RATE_LIMITED: rateLimited };

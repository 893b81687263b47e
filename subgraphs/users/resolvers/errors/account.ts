import type { Renderers } from "#kit/userError.ts";
import type { LoginRefusal } from "../../commands/login.ts";
import type { RegisterRefusal } from "../../commands/register.ts";
import { mfaRequired } from "./mfa.ts";
import { rateLimited } from "./rateLimited.ts";
import { MAX_DISPLAY_NAME, PASSWORD_LENGTH } from "../../domain/registration.ts";

const WEAK = {
  TOO_SHORT: `The password is too short: use at least ${PASSWORD_LENGTH.min} characters.`,
  TOO_LONG: `The password is too long: use at most ${PASSWORD_LENGTH.max} characters.`,
  COMMON: "The password is one of those that are tried first: choose another one.",
  LIKE_EMAIL: "The password is the e-mail address: choose another one.",
} as const;

export const registerErrors: Renderers<RegisterRefusal> = {
  EMAIL_TAKEN: () => ({ message: "There is an account with this e-mail address: log in instead.", path: ["input", "email"] }),
  INVALID_EMAIL: () => ({ message: "This is no e-mail address: write it like name@example.com.", path: ["input", "email"] }),
  INVALID_DISPLAY_NAME: () => ({ message: `The name must have 1 to ${MAX_DISPLAY_NAME} characters that can be shown.`, path: ["input", "displayName"] }),
  WEAK_PASSWORD: ({ why }) => ({ message: WEAK[why], path: ["input", "password"] }),
  RATE_LIMITED: rateLimited,
};

export const loginErrors: Renderers<LoginRefusal> = {
  MFA_REQUIRED: mfaRequired,
  INVALID_CREDENTIALS: () => ({ message: "E-mail address and password do not belong together: check both.", path: ["input"] }),
  RATE_LIMITED: rateLimited,
};

import type { Renderers } from "#kit/userError.ts";
import type { LoginRefusal } from "../../commands/login.ts";
import type { RegisterRefusal } from "../../commands/register.ts";
import { mfaRequired } from "./mfa.ts";
import { rateLimited } from "./rateLimited.ts";
import { invalidEmail, weakPassword } from "./credential.ts";
import { invalidDisplayName } from "./people.ts";

export const registerErrors: Renderers<RegisterRefusal> = {
  INVALID_EMAIL: invalidEmail,
  INVALID_DISPLAY_NAME: invalidDisplayName,
  WEAK_PASSWORD: weakPassword,
  RATE_LIMITED: rateLimited,
};

export const loginErrors: Renderers<LoginRefusal> = {
  MFA_REQUIRED: mfaRequired,
  INVALID_CREDENTIALS: () => ({ message: "E-mail address and password do not belong together: check both.", path: ["input"] }),
  RATE_LIMITED: rateLimited,
};

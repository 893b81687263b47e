import { err, ok, type Result } from "#schema/values/result.ts";
import { isUnshowable } from "#schema/values/text.ts";
import { readPassword, type WeakPassword } from "./password.ts";

export const MAX_DISPLAY_NAME = 100;
const MAX_EMAIL = 254;

export interface Registration {
  email: string;
  password: string;
  /** null where the person gave none. */
  displayName: string | null;
  countryCode: string | null;
}

export type RegistrationRefusal = { code: "INVALID_EMAIL" } | { code: "INVALID_DISPLAY_NAME" } | WeakPassword;

// What a browser takes for an address, with a dot in the domain. Source: HTML standard, section 4.10.5.1.5.
const EMAIL = /^[a-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)+$/;

/** The address as it is stored and compared, or undefined for text that is none. */
export function readEmail(text: string): string | undefined {
  if (text.length > 2 * MAX_EMAIL) return undefined;
  const email = text.trim().toLowerCase();
  return email.length <= MAX_EMAIL && EMAIL.test(email) ? email : undefined;
}

/** The name as it may be shown, null for none; undefined for text that cannot be a name. */
export function readDisplayName(text: string | null): string | null | undefined {
  const name = text?.trim().normalize("NFC") ?? null;
  return name !== null && (name === "" || [...name].length > MAX_DISPLAY_NAME || isUnshowable(name)) ? undefined : name;
}

/** The account as it may be opened. */
export function readRegistration(input: Registration): Result<Registration, RegistrationRefusal> {
  const email = readEmail(input.email);
  if (!email) return err({ code: "INVALID_EMAIL" });
  const displayName = readDisplayName(input.displayName);
  if (displayName === undefined) return err({ code: "INVALID_DISPLAY_NAME" });
  const password = readPassword(input.password, email);
  return password.ok ? ok({ email, password: password.value, displayName, countryCode: input.countryCode }) : password;
}

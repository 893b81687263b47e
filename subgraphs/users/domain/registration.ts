import { err, ok, type Result } from "#schema/values/result.ts";
import { COMMON_PASSWORDS } from "./commonPasswords.ts";

export const PASSWORD_LENGTH = { min: 8, max: 128 } as const;
export const MAX_DISPLAY_NAME = 100;
const MAX_EMAIL = 254;

export interface Registration {
  email: string;
  password: string;
  /** null where the person gave none. */
  displayName: string | null;
  countryCode: string | null;
}

export type RegistrationRefusal =
  | { code: "INVALID_EMAIL" }
  | { code: "INVALID_DISPLAY_NAME" }
  | { code: "WEAK_PASSWORD"; why: "TOO_SHORT" | "TOO_LONG" | "COMMON" | "LIKE_EMAIL" };

// What a browser takes for an address, with a dot in the domain. Source: HTML standard, section 4.10.5.1.5.
const EMAIL = /^[a-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)+$/;
// Control, unassigned and private characters and unpaired surrogates: nothing of it can be shown.
const UNSHOWABLE = /[\p{Cc}\p{Cn}\p{Co}\p{Cs}]/u;

/** The address as it is stored and compared, or undefined for text that is none. */
export function readEmail(text: string): string | undefined {
  const email = text.trim().toLowerCase();
  return email.length <= MAX_EMAIL && EMAIL.test(email) ? email : undefined;
}

/** The account as it may be opened. Rules for passwords: OWASP ASVS 5.0, 6.2 (length and guessability, no composition). */
export function readRegistration(input: Registration): Result<Registration, RegistrationRefusal> {
  const email = readEmail(input.email);
  if (!email) return err({ code: "INVALID_EMAIL" });
  const displayName = input.displayName?.trim().normalize("NFC") ?? null;
  if (displayName !== null && (displayName === "" || [...displayName].length > MAX_DISPLAY_NAME || UNSHOWABLE.test(displayName))) return err({ code: "INVALID_DISPLAY_NAME" });
  const length = [...input.password].length;
  if (length < PASSWORD_LENGTH.min) return err({ code: "WEAK_PASSWORD", why: "TOO_SHORT" });
  if (length > PASSWORD_LENGTH.max) return err({ code: "WEAK_PASSWORD", why: "TOO_LONG" });
  if (isLikeEmail(input.password, email)) return err({ code: "WEAK_PASSWORD", why: "LIKE_EMAIL" });
  if (isGuessedFirst(input.password)) return err({ code: "WEAK_PASSWORD", why: "COMMON" });
  return ok({ email, password: input.password, displayName, countryCode: input.countryCode });
}

function isLikeEmail(password: string, email: string): boolean {
  const text = password.toLowerCase();
  return text === email || text === email.slice(0, email.indexOf("@"));
}

function isGuessedFirst(password: string): boolean {
  const text = password.toLowerCase();
  return COMMON_PASSWORDS.has(text) || new Set(text).size <= 2 || isRun(text);
}

/** Whether each character follows the one before it, up or down: "abcdefgh", "87654321". */
function isRun(text: string): boolean {
  const codes = [...text].map((character) => character.codePointAt(0) ?? 0);
  const step = (codes[1] ?? 0) - (codes[0] ?? 0);
  return Math.abs(step) <= 1 && codes.every((code, index) => index === 0 || code - (codes[index - 1] ?? 0) === step);
}

import { err, ok, type Result } from "#schema/values/result.ts";

export const PASSWORD_LENGTH = { min: 8, max: 128 } as const;

export interface WeakPassword {
  code: "WEAK_PASSWORD";
  why: "TOO_SHORT" | "TOO_LONG" | "NOT_TEXT" | "COMMON" | "LIKE_EMAIL";
}

/** A part of the address shorter than this stands in many passwords by chance. */
const TELLING_LENGTH = 4;
/** How many characters a password must have beside the address that it holds. */
const OWN_CHARACTERS = 6;

/**
 * The password as it may be chosen for an account of this address, as far as it shows by itself; whether others have used it before is
 * asked of ports/knownPasswords.ts. Rules: OWASP ASVS 5.0, 6.2 (length and guessability, no composition).
 */
export function readPassword(password: string, email: string | null): Result<string, WeakPassword> {
  const weak = (why: WeakPassword["why"]) => err<WeakPassword>({ code: "WEAK_PASSWORD", why });
  // Counted as it is hashed, and as people count.
  const length = [...password.normalize("NFKC")].length;
  if (length < PASSWORD_LENGTH.min) return weak("TOO_SHORT");
  if (length > PASSWORD_LENGTH.max || password.length > PASSWORD_LENGTH.max * 4) return weak("TOO_LONG");
  // Half of a pair has no bytes of its own: any two such passwords would be the same one.
  if (/\p{Cs}/u.test(password)) return weak("NOT_TEXT");
  if (email !== null && isLikeEmail(password, email)) return weak("LIKE_EMAIL");
  if (isGuessedFirst(password)) return weak("COMMON");
  return ok(password);
}

function isLikeEmail(password: string, email: string): boolean {
  const text = bare(password);
  const [local = "", domain = ""] = email.split("@");
  const parts = [bare(email), bare(local), ...domain.split(".").slice(0, -1).map(bare)].filter((part) => part.length >= TELLING_LENGTH);
  return text === bare(local) || parts.some((part) => text.includes(part) && text.length - part.length < OWN_CHARACTERS);
}

/** Letters and digits alone, in lower case: "Ada.Lovelace!" is "adalovelace". */
function bare(text: string): string {
  return text.normalize("NFKC").toLowerCase().replaceAll(/[^\p{L}\p{N}]/gu, "");
}

function isGuessedFirst(password: string): boolean {
  const text = password.toLowerCase();
  return new Set(text).size <= 2 || isRun(text);
}

/** Whether each character follows the one before it, up or down: "abcdefgh", "87654321". */
function isRun(text: string): boolean {
  const codes = [...text].map((character) => character.codePointAt(0) ?? 0);
  const step = (codes[1] ?? 0) - (codes[0] ?? 0);
  return Math.abs(step) <= 1 && codes.every((code, index) => index === 0 || code - (codes[index - 1] ?? 0) === step);
}

import { err, ok, type Result } from "#schema/values/result.ts";

/** How many recovery codes a person gets. */
export const RECOVERY_CODES = 10;
/** Random bytes of a recovery code: 80 bits, which nobody guesses. */
export const RECOVERY_CODE_BYTES = 10;
/** How long, in milliseconds of wall time, a secret that was handed out waits for its first code. */
export const ENROLMENT_MS = 15 * 60_000;
/** How long a login waits for its second factor, and how many codes it takes. */
export const CHALLENGE_MS = 10 * 60_000;
export const CHALLENGE_ATTEMPTS = 5;

/** What a person shows as their second factor, in the form it is compared in. */
export type FactorProof = { readonly kind: "code"; readonly code: string } | { readonly kind: "recoveryCode"; readonly code: string };

export interface InvalidMfaCode {
  code: "INVALID_MFA_CODE";
  field: string;
}

export interface InvalidProof {
  code: "INVALID_VALUE";
  reason: string;
  path: readonly string[];
}

// Crockford's base32: no I, L, O and U, so that nothing looks like another and no word comes about.
const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/** The digits of a code as an app shows it, with or without a gap; undefined for text that no code looks like. */
export function readCode(text: string): string | undefined {
  const digits = text.length <= 20 ? text.replace(/[\s-]/g, "") : "";
  return /^[0-9]{6}$/.test(digits) ? digits : undefined;
}

/** A recovery code in the form it is compared in: capitals without dashes, letters that were misread put right. */
export function readRecoveryCode(text: string): string | undefined {
  const letters = text.length <= 40 ? text.replace(/[\s-]/g, "").toUpperCase().replaceAll("O", "0").replace(/[IL]/g, "1") : "";
  return letters.length === 16 && [...letters].every((letter) => ALPHABET.includes(letter)) ? letters : undefined;
}

/** Ten random bytes as a person can write them down: `7K2M-Q9TX-04HC-WZ8R`. */
export function recoveryCodeOf(bytes: Uint8Array): string {
  if (bytes.length !== RECOVERY_CODE_BYTES) throw new RangeError(`a recovery code is made of ${RECOVERY_CODE_BYTES} bytes`);
  let value = bytes.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
  let text = "";
  for (let place = 0; place < 16; place += 1) {
    text = ALPHABET.charAt(Number(value & 31n)) + text;
    value >>= 5n;
  }
  return text.replace(/(.{4})(?=.)/g, "$1-");
}

export interface GivenProof {
  code?: string | null | undefined;
  recoveryCode?: string | null | undefined;
}

/** The one proof that was given. `field` is what the code of the app is called in this input. What no code looks like is a wrong one: it tells nothing, so it counts nothing. */
export function readProof({ code, recoveryCode }: GivenProof, field: string): Result<FactorProof, InvalidMfaCode | InvalidProof> {
  if (typeof code === "string" && typeof recoveryCode === "string") return err({ code: "INVALID_VALUE", reason: `give either ${field} or recoveryCode, not both`, path: ["input", "recoveryCode"] });
  if (typeof code === "string") {
    const digits = readCode(code);
    return digits ? ok({ kind: "code", code: digits }) : err({ code: "INVALID_MFA_CODE", field });
  }
  if (typeof recoveryCode === "string") {
    const letters = readRecoveryCode(recoveryCode);
    return letters ? ok({ kind: "recoveryCode", code: letters }) : err({ code: "INVALID_MFA_CODE", field: "recoveryCode" });
  }
  return err({ code: "INVALID_VALUE", reason: `give ${field}, or one of the recovery codes`, path: ["input", field] });
}

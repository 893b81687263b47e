import { err, ok, type Result } from "#schema/values/result.ts";
import { readEmail } from "./registration.ts";

export interface InvalidEmail {
  code: "INVALID_EMAIL";
  why?: "SAME";
}

/** The address that an account may change to, or why not: it is none, or the one it has. Whether somebody else has it is not said here. */
export function readNewEmail(text: string, current: { email: string | null; isVerified: boolean }): Result<string, InvalidEmail> {
  const email = readEmail(text);
  if (!email) return err({ code: "INVALID_EMAIL" });
  // An address that is not proven yet may be asked for again: the mail proves it.
  return email === current.email && current.isVerified ? err({ code: "INVALID_EMAIL", why: "SAME" }) : ok(email);
}

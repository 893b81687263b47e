import { randomBytes } from "node:crypto";
import type { UsersParts } from "../../context.ts";
import { readRecoveryCode, RECOVERY_CODE_BYTES, RECOVERY_CODES, recoveryCodeOf } from "../../domain/secondFactor.ts";

/** New recovery codes as the person writes them down, and the marks that are stored of them. */
export function makeRecoveryCodes({ secrets }: Pick<UsersParts, "secrets">, userId: string): { codes: string[]; macs: Buffer[] } {
  const codes = Array.from({ length: RECOVERY_CODES }, () => recoveryCodeOf(randomBytes(RECOVERY_CODE_BYTES)));
  return { codes, macs: codes.map((code) => secrets.mac("recovery code", userId, readRecoveryCode(code) as string)) };
}

import { generateSecret, generateURI, verifySync } from "otplib";

/** One step of thirty seconds before and after this one: clocks of telephones are not quite right, and people take their time. */
const PERIOD_SECONDS = 30;

/** Who asks, as authenticator apps show it. */
const ISSUER = "Martgraph";

/** A secret of 160 bits in base32, as apps take it. Source: RFC 4226, section 4. */
export function newTotpSecret(): string {
  return generateSecret({ length: 20 });
}

/** The address that apps read from a QR code. */
export function totpUri(secret: string, account: string): string {
  return generateURI({ issuer: ISSUER, label: account, secret });
}

/** The time step the code of six digits belongs to, of this moment or one before or after; undefined for a wrong one. Source: RFC 6238, section 5.2. */
export function stepOfCode(secret: string, code: string, now: Date): number | undefined {
  const found = verifySync({ secret, token: code, epoch: Math.floor(now.getTime() / 1000), epochTolerance: PERIOD_SECONDS, period: PERIOD_SECONDS });
  return found.valid && "timeStep" in found ? found.timeStep : undefined;
}

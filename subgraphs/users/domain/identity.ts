import { isUnshowable } from "#schema/values/text.ts";
import { MAX_DISPLAY_NAME, readEmail } from "./registration.ts";

/** How long, in milliseconds of wall time, a person may take at the provider. */
export const IDENTITY_FLOW_MS = 10 * 60_000;

/** A way into an account by a provider. Times are wall time. */
export interface Identity {
  /** UUID. */
  readonly id: string;
  readonly userId: string;
  readonly issuer: string;
  readonly provider: string;
  /** As the provider last named it; null where it named none. */
  readonly email: string | null;
  readonly linkedAt: Date;
  readonly lastUsedAt: Date;
}

export interface NewIdentity {
  readonly issuer: string;
  readonly subject: string;
  readonly provider: string;
  readonly email: string | null;
}

/** What a provider said, as it may be stored. */
export interface Claimed {
  readonly email: string | null;
  /** The address, where the provider vouches for it. */
  readonly vouchedEmail: string | null;
  readonly displayName: string | null;
}


/** Providers' words are a stranger's: an address that is none and a name that cannot be shown are left out. */
export function readClaimed({ email, isEmailVerified, name }: { email: string | undefined; isEmailVerified: boolean; name: string | undefined }): Claimed {
  const address = email === undefined || email.length > 1_000 ? undefined : readEmail(email);
  const shown = name === undefined || name.length > 1_000 ? "" : name.trim();
  return {
    email: address ?? null,
    vouchedEmail: (isEmailVerified && address) || null,
    displayName: shown === "" || [...shown].length > MAX_DISPLAY_NAME || isUnshowable(shown) ? null : shown,
  };
}

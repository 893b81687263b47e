import { can, type Role, type Viewer } from "#kit/viewer.ts";

export interface User {
  /** UUID. */
  readonly id: string;
  /** null for whom an identity provider brought in without vouching for an address. */
  readonly email: string | null;
  readonly displayName: string | null;
  readonly roles: readonly Role[];
  readonly countryCode: string | null;
  readonly createdAt: Date;
  readonly isActive: boolean;
  /** Whether the person has shown to read mail at the address. */
  readonly isEmailVerified: boolean;
  /** BCP 47. */
  readonly locale: string | null;
  /** Counts up with every change. */
  readonly version: number;
  /** Under which a proof of who the person is holds: a new password or a disabled account counts it up. */
  readonly sessionEpoch: number;
}

export interface Vendor {
  /** UUID. */
  readonly id: string;
  readonly slug: string;
  readonly name: string;
  readonly commissionBps: number;
  readonly version: number;
}

/** Whether the person is there at all for the viewer. Some see people without what makes them persons (`seesPersonalData`). */
export function maySee(user: Pick<User, "id" | "isActive">, viewer: Viewer): boolean {
  if (user.id === viewer.userId) return user.isActive;
  return can(viewer, "users.readAnonymous") || can(viewer, "users.read") || can(viewer, "users.write");
}

/** Whether the viewer may have name and e-mail address of the person. */
export function seesPersonalData(user: Pick<User, "id">, viewer: Viewer): boolean {
  return user.id === viewer.userId || can(viewer, "users.read");
}

export interface EmailNotVerified {
  code: "EMAIL_NOT_VERIFIED";
}

/** Why the account takes no identity and no second factor yet: its address may be somebody else's, who would find them there. An account without an address is its identity's. */
export function requireProvenAddress(user: Pick<User, "email" | "isEmailVerified"> | undefined): EmailNotVerified | undefined {
  return user && (user.email === null || user.isEmailVerified) ? undefined : { code: "EMAIL_NOT_VERIFIED" };
}

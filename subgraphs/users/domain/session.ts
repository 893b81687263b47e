import type { Role } from "#kit/viewer.ts";

/** One login on one device, carried on by refresh tokens. Times are wall time. */
export interface Session {
  /** UUID; `sid` of its access tokens. */
  readonly id: string;
  readonly userId: string;
  readonly device: string;
  readonly ip: string | null;
  /** How the person showed who they are (RFC 8176), and when. */
  readonly methods: readonly string[];
  readonly authenticatedAt: Date;
  readonly createdAt: Date;
  readonly lastSeenAt: Date;
  /** When it ends, unless it is used before. */
  readonly idleExpiresAt: Date;
  /** When it ends, used or not. */
  readonly expiresAt: Date;
}

/** Milliseconds in which the token that was just replaced gets its successor once more: an answer that was lost, two tabs at once. */
export const REFRESH_GRACE_MS = 10_000;

/** Sessions one person has at a time; one more ends the one that was not used for longest. */
export const MAX_SESSIONS = 100;

const HOUR = 3_600;
const DAY = 24 * HOUR;

/** How long a session lives: unused, and in all. Whoever may do more than buy has to log in more often. */
export function sessionLife(roles: readonly Role[]): { idleSeconds: number; absoluteSeconds: number } {
  return roles.some((role) => role !== "CUSTOMER") ? { idleSeconds: 12 * HOUR, absoluteSeconds: 7 * DAY } : { idleSeconds: 30 * DAY, absoluteSeconds: 180 * DAY };
}

/** When the session ends as it stands. */
export function endOf({ idleExpiresAt, expiresAt }: Pick<Session, "idleExpiresAt" | "expiresAt">): Date {
  return idleExpiresAt < expiresAt ? idleExpiresAt : expiresAt;
}

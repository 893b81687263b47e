export interface AttemptPolicy {
  /** Milliseconds of a window, which begins with its first attempt. */
  readonly windowMs: number;
  /** Attempts of one account in a window, from one known device or from all unknown ones together; those that succeed are not held against it. */
  readonly perAccount: number;
  /** The same for a day, where what is guessed is short. */
  readonly perDay?: number;
}

const MINUTE_MS = 60_000;
export const DAY_MS = 1_440 * MINUTE_MS;

/**
 * How many attempts are evaluated before the rest has to wait. A purpose is what is guessed, not where: a password counts the same
 * at login and when it is asked for again, so that no second door doubles the guesses (decision 0016).
 */
export const ATTEMPT_POLICIES = {
  /** By the e-mail address of the account. */
  password: { windowMs: 10 * MINUTE_MS, perAccount: 10 },
  /** Mails that are asked for: by the address, or by the id of whoever is logged in. */
  mail: { windowMs: MINUTE_MS, perAccount: 10 },
  register: { windowMs: MINUTE_MS, perAccount: 10 },
  /** Six digits, three of them right at a time: fifty tries a day find one in some 6,700 days. By the id of the person. */
  code: { windowMs: 10 * MINUTE_MS, perAccount: 10, perDay: 50 },
  /** By the id of the person. Apart from codes: nobody guesses 80 bits, and who is kept from codes by a guesser comes in by one of these. */
  recoveryCode: { windowMs: 10 * MINUTE_MS, perAccount: 10 },
  /** Logins begun at identity providers, by network address: nothing is guessed, but each writes and sends somebody out. */
  identityStart: { windowMs: MINUTE_MS, perAccount: 30 },
} as const satisfies Readonly<Record<string, AttemptPolicy>>;

export type AttemptPurpose = keyof typeof ATTEMPT_POLICIES;

/** Attempts of the whole shop from unknown devices: what one process can hash in a minute, so above it somebody is trying many accounts. */
export const OVERALL_ATTEMPTS = { windowMs: MINUTE_MS, attempts: 2_400 } as const;

/** Whether an attempt may go on: `count` attempts of the window, this one among them, of which `succeeded` were right. If not, it may in the next window: nobody is locked out. */
export function mayAttempt(count: number, succeeded: number, limit: number): boolean {
  return count - succeeded <= limit;
}

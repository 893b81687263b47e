/** How many attempts are taken in one window of time before the rest has to wait for the next. */
export const ATTEMPT_POLICY = {
  windowMs: 60_000,
  /** Of one account; those that succeed are not held against it. */
  perAccount: 10,
  /** Of the whole shop: what one process can hash in a minute, so above it somebody is trying many accounts. */
  overall: 2_400,
} as const;

export interface Attempts {
  /** Attempts of the account in its window, this one counted. */
  account: number;
  /** Those of them that succeeded. */
  succeeded: number;
  overall: number;
}

/** Whether the attempt may go on. If not, it may in the next window: nobody is locked out. */
export function mayAttempt({ account, succeeded, overall }: Attempts, policy: Pick<typeof ATTEMPT_POLICY, "perAccount" | "overall"> = ATTEMPT_POLICY): boolean {
  return account - succeeded <= policy.perAccount && overall <= policy.overall;
}

/** How many attempts are taken in one window of time before the rest has to wait for the next. */
export const ATTEMPT_POLICY = {
  windowSeconds: 60,
  perAccount: 10,
  /** Of the whole shop: above it somebody is trying many accounts. */
  overall: 1_000,
} as const;

export interface WindowState {
  account: number;
  overall: number;
  /** Seconds to the end of the window, at least 1. */
  secondsLeft: number;
}

/** Seconds to wait, or undefined when the attempt may go on. Waiting ends with the window: nobody is locked out. */
export function waitFor(state: WindowState, policy: { perAccount: number; overall: number } = ATTEMPT_POLICY): number | undefined {
  return state.account > policy.perAccount || state.overall > policy.overall ? state.secondsLeft : undefined;
}

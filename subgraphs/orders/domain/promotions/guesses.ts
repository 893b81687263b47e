/** How many wrong codes are looked at in one window of time before the rest has to wait for the next. Nobody is locked out. */
export const GUESS_POLICY = {
  windowSeconds: 60,
  /** For one cart, and of one person. */
  perSubject: 10,
  /** Of the whole shop: above it somebody tries codes with many carts. */
  overall: 6_000,
} as const;

export const EVERYBODY = "all";

/** Whether a code may be looked at, with the guesses of its subjects in their windows, this one counted. */
export function mayGuess(counted: readonly { readonly subject: string; readonly guesses: number }[]): boolean {
  return counted.every(({ subject, guesses }) => guesses <= (subject === EVERYBODY ? GUESS_POLICY.overall : GUESS_POLICY.perSubject));
}

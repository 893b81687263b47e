import type { Commanded } from "../context.ts";
import { EVERYBODY, GUESS_POLICY, mayGuess } from "../domain/promotions/guesses.ts";
import { countGuess, excuseGuess } from "../queries/codeGuesses.ts";

export interface TooManyWrongCodes {
  code: "TOO_MANY_WRONG_CODES";
  retryAfterSeconds: number;
}

export interface AdmittedGuess {
  refusal: TooManyWrongCodes | undefined;
  /** Says that the code was one: it is not held against anybody. */
  excuse(): Promise<void>;
}

/**
 * Counts a code that is entered before it is looked at, so that codes entered at the same moment count as well: for the cart, the
 * person and the shop. In transactions of its own, so that a refusal does not undo the count.
 */
export async function admitGuess({ db, viewer }: Pick<Commanded, "db" | "viewer">, cartId: string | undefined): Promise<AdmittedGuess> {
  const subjects = [EVERYBODY, ...(cartId === undefined ? [] : [`cart:${cartId}`]), ...(viewer.userId === null ? [] : [`user:${viewer.userId}`])];
  const counted = await countGuess(db, subjects, GUESS_POLICY.windowSeconds);
  const waits = counted.filter((one) => !mayGuess([one])).map((one) => one.endsInSeconds);
  return {
    refusal: waits.length > 0 ? { code: "TOO_MANY_WRONG_CODES", retryAfterSeconds: Math.max(...waits) } : undefined,
    excuse: () => excuseGuess(db, subjects),
  };
}

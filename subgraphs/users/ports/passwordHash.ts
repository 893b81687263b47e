import { randomBytes } from "node:crypto";
import { hash, verify } from "@node-rs/argon2";
import { TooBusy, turns } from "#platform/turns.ts";

/** More passwords are waiting to be checked than can be checked soon. */
export class HashingBusy extends Error {
  override readonly name = "HashingBusy";
  readonly retryAfterSeconds = 2;
}

export interface PasswordHasher {
  /** An argon2id hash in PHC form. @throws HashingBusy */
  hash(password: string): Promise<string>;
  /** Whether the password belongs to the hash. Without a hash it takes the same time and answers false. @throws HashingBusy */
  verify(storedHash: string | null, password: string): Promise<boolean>;
  /** Which of the hashes the password belongs to, by its place; undefined for none. Every one is tried, also where there is none in its place. @throws HashingBusy */
  verifyEach(storedHashes: readonly (string | null)[], password: string): Promise<number | undefined>;
}

/** Least parameters of the OWASP password storage cheat sheet for argon2id: 19 MiB, two passes, one lane. */
const ARGON2ID: HashCost = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/** What a hash of argon2id takes: KiB of memory, passes over it, lanes. */
export interface HashCost { readonly memoryCost: number; readonly timeCost: number; readonly parallelism: number }

/**
 * argon2id behind a queue: each hash holds a core and 19 MiB for some 30 ms, so a flood of logins must neither take all threads
 * nor wait for minutes. `running` hash at once, `waiting` wait, more are turned away. A lower `cost` is for measurements of what is around the hashes.
 */
export function createPasswordHasher({ running = 2, waiting = 32, cost = ARGON2ID }: { running?: number; waiting?: number; cost?: HashCost } = {}): PasswordHasher {
  const inTurn = turns({ running, waiting });
  const withTurn = <T>(work: () => Promise<T>): Promise<T> => inTurn(work).catch((error: unknown) => {
    throw error instanceof TooBusy ? new HashingBusy(error.message) : error;
  });
  const nobody = hash(randomBytes(32), cost);
  nobody.catch(() => {}); // told where it is awaited
  // One form for what looks the same, so that a password typed on another keyboard still fits.
  const form = (password: string) => password.normalize("NFKC");
  const fits = async (storedHash: string | null, password: string): Promise<boolean> => {
    const matches = await verify(storedHash ?? (await nobody), form(password));
    return storedHash !== null && matches;
  };
  return {
    hash: (password) => withTurn(() => hash(form(password), cost)),
    verify: (storedHash, password) => withTurn(() => fits(storedHash, password)),
    verifyEach: (storedHashes, password) => withTurn(async () => {
      const found: number[] = [];
      for (const [place, storedHash] of storedHashes.entries()) if (await fits(storedHash, password)) found.push(place);
      return found[0];
    }),
  };
}

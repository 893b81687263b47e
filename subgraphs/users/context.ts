import type { ContextOf } from "#kit/subgraph.ts";
import type { Clocks } from "#platform/clock.ts";
import type { Database } from "#platform/db/database.ts";
import type { Log } from "#platform/log.ts";
import type { UsersLoaders } from "./loaders.ts";
import type { TokenSigner } from "./ports/accessTokens.ts";
import type { AttemptCounter } from "./ports/attemptCounter.ts";
import type { PasswordHasher } from "./ports/passwordHash.ts";

/** What the slice works with once it is made. */
export interface UsersParts {
  /** Logged in as martgraph_users. */
  readonly db: Database;
  readonly clocks: Clocks;
  readonly log: Log;
  readonly hasher: PasswordHasher;
  readonly signer: TokenSigner;
  readonly attempts: AttemptCounter;
}

export type UsersContext = ContextOf<UsersParts, UsersLoaders>;

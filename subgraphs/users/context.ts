import type { Fresh } from "#kit/fresh.ts";
import type { ContextOf } from "#kit/subgraph.ts";
import type { Viewer } from "#kit/viewer.ts";
import type { Cache } from "#platform/cache/cache.ts";
import type { Clocks } from "#platform/clock.ts";
import type { Database } from "#platform/db/database.ts";
import type { Log } from "#platform/log.ts";
import type { Vendor } from "./domain/user.ts";
import type { UsersLoaders } from "./loaders.ts";
import type { TokenSigner } from "./ports/accessTokens.ts";
import type { KnownPasswords } from "./ports/knownPasswords.ts";
import type { IdentityProvider } from "./ports/identityProviders.ts";
import type { PasswordHasher } from "./ports/passwordHash.ts";
import type { SecretBox } from "./ports/secretBox.ts";

/** By whom people may log in beside ourselves. */
export interface Identity {
  readonly providers: ReadonlyMap<string, IdentityProvider>;
  /** Where providers send people back to where nothing else is asked for: this and the provider's name. */
  readonly callbackBase: string;
  /** Where else they may. */
  readonly redirectUris: readonly string[];
}

/** What the slice works with once it is made. */
export interface UsersParts {
  /** Logged in as martgraph_users. */
  readonly db: Database;
  readonly clocks: Clocks;
  readonly log: Log;
  readonly hasher: PasswordHasher;
  readonly knownPasswords: KnownPasswords;
  readonly signer: TokenSigner;
  /** Seals and marks what is stored secretly. */
  readonly secrets: SecretBox;
  /** Counts attempts, for all processes where the cache is shared. */
  readonly attempts: Cache;
  /** Counts in this process while the shared cache is away. */
  readonly ownAttempts: Cache;
  /** Has copies of people's data written now and not at the next turn. */
  wakePrivacy(): void;
  readonly identity: Identity;
  /** Vendors that were read a moment ago. */
  readonly vendors: Fresh<Vendor>;
}

export type UsersContext = ContextOf<UsersParts, UsersLoaders>;

/** A command's parts and who gives it. */
export type Commanded = UsersParts & { readonly viewer: Viewer };

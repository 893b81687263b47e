import type { JWK } from "jose";
import { Fresh } from "#kit/fresh.ts";
import { defineSubgraph, type Subgraph } from "#kit/subgraph.ts";
import type { Cache } from "#platform/cache/cache.ts";
import { memoryCache } from "#platform/cache/memory.ts";
import type { Clocks } from "#platform/clock.ts";
import type { Database } from "#platform/db/database.ts";
import type { IdentityConfig } from "#platform/identitySettings.ts";
import type { Log } from "#platform/log.ts";
import type { ObjectStore } from "#platform/objects/store.ts";
import { sweepEnded } from "./commands/session/sweepEnded.ts";
import type { Vendor } from "./domain/user.ts";
import { guards } from "./guards.ts";
import { makeLoaders } from "./loaders.ts";
import { createTokenSigner } from "./ports/accessTokens.ts";
import { commonOnes, type KnownPasswords } from "./ports/knownPasswords.ts";
import { createIdentityProvider } from "./ports/identityProviders.ts";
import { createPasswordHasher, type PasswordHasher } from "./ports/passwordHash.ts";
import { createSecretBox } from "./ports/secretBox.ts";
import { privacySweeper } from "./privacySweeper.ts";
import { resolvers } from "./resolvers/resolvers.ts";

export interface UsersDeps {
  /** Logged in as martgraph_users. */
  readonly db: Database;
  readonly clocks: Clocks;
  readonly log: Log;
  /** Ed25519, with `d`; the gateway holds the public half. */
  readonly tokenKey: { readonly privateJwk: JWK };
  /** The installation's key for what is stored sealed, 32 bytes or more as base64url. */
  readonly dataKey: string;
  /** The identity providers that people may log in by; none where not given. */
  readonly identity?: IdentityConfig | undefined;
  /** Where attempts are counted; in this process where not given. Its caller closes it. */
  readonly cache?: Cache;
  readonly hasher?: PasswordHasher;
  /** Which passwords may not be chosen; the common ones where not given. */
  readonly knownPasswords?: KnownPasswords;
  /** How often sessions, tokens and mails that are over are forgotten; 0 never. */
  readonly forgetSeconds?: number;
  /** Whether vendors' names are kept for {@link VENDOR_MAX_AGE_MS} between requests; not where not given. */
  readonly keep?: boolean;
  /** Where copies of people's data are kept; without a store none are written. Closed with the subgraph. */
  readonly objects?: ObjectStore;
  /** How often copies, their ends and erasures are looked after; not by itself where not given. */
  readonly sweepSeconds?: number;
}

/** How old, in milliseconds, a vendor's name may be where it is shown. */
const VENDOR_MAX_AGE_MS = 10_000;

/** How often a process of the shop looks after copies and erasures. */
export const SWEEP_SECONDS = 10;

const OWN_CACHE_BYTES = 4_000_000;

const FORGET_SECONDS = 3_600;

/** People, vendors, registration and login. The database stays its caller's to close. */
export async function createUsersSubgraph({ db, clocks, log, tokenKey, dataKey, identity, cache, hasher, knownPasswords = commonOnes, forgetSeconds = FORGET_SECONDS, keep = false, objects, sweepSeconds = 0 }: UsersDeps): Promise<Subgraph> {
  const ownAttempts = memoryCache({ maxBytes: OWN_CACHE_BYTES });
  const sweeper = objects ? privacySweeper({ db, clocks, log, objects }, sweepSeconds) : undefined;
  const forgetting = forgetSeconds > 0 ? startSweeper(() => sweepEnded(db, clocks), forgetSeconds, log) : undefined;
  return defineSubgraph({
    name: "users",
    deps: {
      db, clocks, log,
      signer: await createTokenSigner(tokenKey.privateJwk),
      secrets: createSecretBox(dataKey),
      identity: {
        providers: new Map(identity?.providers.map((settings) => [settings.name, createIdentityProvider(settings, log)])),
        callbackBase: identity?.callbackBase ?? "",
        redirectUris: identity?.redirectUris ?? [],
      },
      attempts: cache ?? ownAttempts,
      ownAttempts,
      wakePrivacy: () => sweeper?.wake(),
      vendors: new Fresh<Vendor>({ maxAgeMs: keep ? VENDOR_MAX_AGE_MS : 0, maxEntries: 5_000 }),
      knownPasswords,
      hasher: hasher ?? createPasswordHasher(),
    },
    resolvers,
    guards,
    makeLoaders,
    ready: () => db.ping(),
    close: async () => {
      await sweeper?.stop();
      await forgetting?.stop();
      await objects?.close();
      await ownAttempts.close();
    },
  });
}

/** One sweep at a time; stopping waits for the one that runs. */
function startSweeper(sweep: () => Promise<void>, seconds: number, log: Log): { stop(): Promise<void> } {
  let running: Promise<void> | undefined;
  const timer = setInterval(() => {
    running ??= sweep()
      .catch((error: unknown) => log.warn({ error }, "sessions and tokens that are over could not be forgotten"))
      .finally(() => { running = undefined; });
  }, seconds * 1000).unref();
  return {
    async stop() {
      clearInterval(timer);
      await running;
    },
  };
}

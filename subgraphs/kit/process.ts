import { splitProcessSettings, type StripeEnvironment } from "#platform/config.ts";
import { businessClock, wallClock, type Clocks } from "#platform/clock.ts";
import { Database, type DatabaseConfig } from "#platform/db/database.ts";
import { createLog, type Log } from "#platform/log.ts";
import type { ObjectsOptions } from "#platform/objects/open.ts";
import type { IdentityConfig } from "#platform/identitySettings.ts";
import type { HopKey } from "./hop.ts";
import { serveSubgraph } from "./serve.ts";
import type { Subgraph } from "./subgraph.ts";

/** What the starter tells a subgraph process, through the environment. */
export interface SubgraphProcessSettings {
  host: string;
  /** 0 takes a free one; the process tells which. */
  port: number;
  hopKey: HopKey;
  database: DatabaseConfig;
  /** How the roles of ad-hoc SQL log in, by their names; for analytics alone. */
  sqlLogins?: Readonly<Record<string, DatabaseConfig>>;
  /** Ed25519 key that signs access tokens, as a JWK; for users alone. */
  tokenKey?: { privateJwk: Record<string, unknown> };
  /** The installation's key for stored secrets; for users alone. */
  dataKey?: string;
  /** Where objects are kept; for the slices that keep some. */
  objects?: ObjectsOptions;
  /** By whom people may log in beside ourselves; for users alone. */
  identity?: IdentityConfig;
  /** How Stripe is reached, where it is; for orders alone. */
  stripe?: StripeEnvironment;
}

export interface SubgraphProcess {
  readonly settings: SubgraphProcessSettings;
  readonly db: Database;
  readonly log: Log;
  /** The shop's clocks; only for slices whose database is the shop. */
  clocks(): Promise<Clocks>;
}

/** How often a process looks whether the business clock was set anew. */
const CLOCK_REFRESH_MS = 60_000;

/**
 * A subgraph as a process: makes the slice, serves it, tells the starter where (one JSON line on stdout), and ends in order on
 * SIGTERM, or when the starter is gone (its end of stdin closes).
 */
export async function runSubgraphProcess(name: string, make: (process: SubgraphProcess) => Promise<Subgraph>): Promise<void> {
  const settings = splitProcessSettings<SubgraphProcessSettings>();
  const log = createLog(name);
  const db = Database.open(settings.database, { onError: (error) => log.warn({ error }, "idle connection lost") });
  const timers: NodeJS.Timeout[] = [];
  const subgraph = await make({
    settings,
    db,
    log,
    async clocks() {
      const business = await businessClock(db);
      timers.push(setInterval(() => void business.refresh().catch((error: unknown) => log.warn({ error }, "the business clock could not be read")), CLOCK_REFRESH_MS).unref());
      return { business, wall: wallClock };
    },
  });
  const served = await serveSubgraph({ subgraph, port: settings.port, host: settings.host, hopKey: settings.hopKey, log });
  await untilAskedToStop(() => process.stdout.write(`${JSON.stringify({ ready: true, url: served.url })}\n`));
  for (const timer of timers) clearInterval(timer);
  await served.close();
  await db.close();
}

/** Announces, then waits for SIGTERM, SIGINT or the end of stdin, which is the starter's life line. */
export function untilAskedToStop(announce: () => void): Promise<void> {
  return new Promise<void>((resolve) => {
    process.once("SIGTERM", () => resolve());
    process.once("SIGINT", () => resolve());
    process.stdin.once("end", () => resolve());
    process.stdin.once("error", () => resolve());
    process.stdin.resume();
    announce();
  }).then(() => void process.stdin.destroy());
}

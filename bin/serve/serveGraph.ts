import { businessClock, wallClock, type Clocks } from "#platform/clock.ts";
import { objectSettings, stripeSettings, webSettings } from "#platform/config.ts";
import { engineEnvironment } from "#platform/engineSettings.ts";
import { openCache } from "#platform/cache/open.ts";
import { CALLBACK_PATH, type IdentityConfig, identitySettings } from "#platform/identitySettings.ts";
import { Database, type DatabaseConfig } from "#platform/db/database.ts";
import type { Subgraph } from "#kit/subgraph.ts";
import type { HopKey } from "#kit/hop.ts";
import type { SubgraphProcessSettings } from "#kit/process.ts";
import type { GatewayOptions } from "#gateway/startGateway.ts";
import type { Installation } from "../install/installation.ts";
import { objectsOf } from "../install/objects.ts";
import { SUBGRAPHS, type DatabaseRole, type SubgraphName } from "../install/secrets.ts";
import { startSplitProcess } from "./splitProcess.ts";
import { startTelling, type Telling } from "./startTelling.ts";

export interface ServeSettings {
  port: number;
  host: string;
  split: boolean;
}

/** Whose login a subgraph works with. */
const ROLE_OF: Readonly<Record<SubgraphName, DatabaseRole>> = {
  users: "martgraph_users",
  catalog: "martgraph_catalog",
  orders: "martgraph_orders",
  predictions: "martgraph_serving",
  analytics: "martgraph_serving",
};

const SQL_ROLES = ["martgraph_sql_analyst", "martgraph_sql_vendor", "martgraph_sql_personal"] as const;

/** A slow statement must not hold a connection for ever; the gateway gives up on a fetch long before. */
const STATEMENT_TIMEOUT_MS = 20_000;
const CLOCK_REFRESH_MS = 60_000;

/**
 * What serving in one process needs: more than a second of loading. Whoever will serve begins it while PostgreSQL starts;
 * a start that is refused, and the starter of the split, never need it.
 */
export async function loadServing() {
  const [{ startGateway }, { makeSubgraph }] = await Promise.all([import("#gateway/startGateway.ts"), import("./makeSubgraph.ts")]);
  return { startGateway, makeSubgraph };
}

/** Serves the one endpoint: everything in this process, or six processes over HTTP. Closed with the installation. */
export async function serveGraph(installation: Installation, settings: ServeSettings): Promise<{ url: string }> {
  // Beside the graph in both cases: split, the starter itself has nothing else to do. Begun first, so that it ends last.
  const telling = await startTelling(installation);
  const served = settings.split ? await serveSplit(installation, settings) : await serveTogether(installation, settings, telling);
  telling.servedAt(served.url);
  return { url: new URL("/graphql", served.url).href };
}

const databaseOf = (installation: Installation, name: SubgraphName): DatabaseConfig =>
  installation.databases.as(ROLE_OF[name], { max: 8, applicationName: `martgraph ${name}`, statementTimeoutMs: STATEMENT_TIMEOUT_MS });

/** Providers send browsers back to the address that the shop is reached at; without one, to this machine. */
function identityOf(port: number): IdentityConfig {
  const base = objectSettings().publicUrl ?? `http://localhost:${port}/`;
  return { ...identitySettings(), callbackBase: new URL(CALLBACK_PATH.slice(1), base).href };
}

async function serveTogether(installation: Installation, { port, host }: ServeSettings, telling: Telling): Promise<{ url: string }> {
  const { lifecycle, log, secrets } = installation;
  const { startGateway, makeSubgraph } = await loadServing();
  const business = await businessClock(installation.owner("shop"));
  const timer = setInterval(() => void business.refresh().catch((error: unknown) => log.warn({ error }, "the business clock could not be read")), CLOCK_REFRESH_MS);
  lifecycle.onClose("business clock", async () => clearInterval(timer));
  const clocks: Clocks = { business, wall: wallClock };
  const objects = objectsOf(installation);
  const cache = await openCache(log);
  lifecycle.onClose("cache", () => cache.close());
  const identity = identityOf(port);
  const subgraphs: Subgraph[] = [];
  for (const name of SUBGRAPHS) {
    const db = Database.open(databaseOf(installation, name), { onError: (error) => log.warn({ error, subgraph: name }, "idle connection lost") });
    lifecycle.onClose(`${name} database`, () => db.close());
    const subgraph = await makeSubgraph(name, { db, log: log.child({ subgraph: name }), clocks, cache, tokenKey: secrets.tokenKey, dataKey: secrets.dataKey, identity, objects, sqlLogin: (role) => installation.databases.as(role) });
    lifecycle.onClose(name, () => subgraph.close());
    subgraphs.push(subgraph);
  }
  const gateway = await startGateway({ port, host, mode: { kind: "inProcess", subgraphs }, tokenPublicJwk: secrets.tokenKey.publicJwk, objects, trustedProxies: webSettings().trustedProxies, log, metricsBeside: telling.metrics });
  lifecycle.onClose("gateway", () => gateway.close());
  return gateway;
}

async function serveSplit(installation: Installation, { port, host }: ServeSettings): Promise<{ url: string }> {
  const { lifecycle, log, secrets } = installation;
  const stripe = stripeSettings();
  const identity = identityOf(port);
  const objects = objectsOf(installation);
  const hopKeys = Object.fromEntries(SUBGRAPHS.map((name) => [name, { id: `${name}-1`, secret: secrets.hopKeys[name] }])) as Record<SubgraphName, HopKey>;
  const start = async (name: string, script: string, processSettings: object, environment: Record<string, string> = {}) => {
    const started = await startSplitProcess(name, script, processSettings, environment);
    lifecycle.onClose(`${name} process`, () => started.stop());
    void started.exited.then((code) => {
      if (!lifecycle.signal.aborted) log.error({ process: name, code }, "a process of the split ended; its fields answer errors until the next start");
    });
    return started;
  };
  const started = await Promise.all(
    SUBGRAPHS.map((name) => {
      const processSettings: SubgraphProcessSettings = {
        host: "127.0.0.1",
        port: 0,
        hopKey: hopKeys[name],
        database: databaseOf(installation, name),
        ...(name === "users" ? { tokenKey: { privateJwk: secrets.tokenKey.privateJwk as Record<string, unknown> }, dataKey: secrets.dataKey, identity } : {}),
        ...(name === "orders" && stripe ? { stripe } : {}),
        ...(name === "catalog" || name === "users" ? { objects } : {}),
        ...(name === "analytics" ? { sqlLogins: Object.fromEntries(SQL_ROLES.map((role) => [role, installation.databases.as(role)])) } : {}),
      };
      // Where the marts are is asked by analytics alone; nobody else needs a way to Google.
      return start(name, `subgraphs/${name}/main.ts`, processSettings, name === "analytics" ? engineEnvironment() : {});
    }),
  );
  const gatewaySettings: Omit<GatewayOptions, "log"> = {
    port,
    host,
    mode: { kind: "remote", endpoints: Object.fromEntries(started.map(({ name, url }) => [name, url])), hopKeys },
    tokenPublicJwk: secrets.tokenKey.publicJwk,
    objects,
    trustedProxies: webSettings().trustedProxies,
  };
  return start("gateway", "gateway/main.ts", gatewaySettings);
}

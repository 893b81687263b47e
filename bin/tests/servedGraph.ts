import { randomBytes } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import type { JWK } from "jose";
import { ACCESS_TOKEN } from "#kit/claims.ts";
import { newHopKey } from "#kit/hop.ts";
import type { HopKey } from "#kit/hop.ts";
import type { SubgraphProcessSettings } from "#kit/process.ts";
import type { Role } from "#kit/viewer.ts";
import { OPERATIONS_DIR } from "#gateway/graphiql/examples.ts";
import { startGateway } from "#gateway/startGateway.ts";
import { memoryCache } from "#platform/cache/memory.ts";
import { businessClock, wallClock } from "#platform/clock.ts";
import { stripeSettings } from "#platform/config.ts";
import { Database, type DatabaseConfig } from "#platform/db/database.ts";
import { type Log, silentLog } from "#platform/log.ts";
import type { ObjectsOptions } from "#platform/objects/open.ts";
import type { TestDatabase } from "#platform/testing/testDatabase.ts";
import { SUBGRAPHS, type SubgraphName } from "../install/secrets.ts";
import { makeSubgraph } from "../serve/makeSubgraph.ts";
import { startSplitProcess } from "../serve/splitProcess.ts";

export type Shape = "one process" | "six processes";

// oxlint-disable-next-line typescript/no-explicit-any -- tests look into answers of every shape
export type Data = Record<string, any>;

export interface ServedGraph {
  readonly url: string;
  /** Addresses of the subgraph processes; empty in one process. */
  readonly endpoints: Readonly<Record<string, string>>;
  /** Runs an operation of schema/graphql/operations. */
  run(operation: string, variables?: object, token?: string): Promise<{ status: number; data: Data; errors: { message: string; path?: (string | number)[]; extensions: Data }[] }>;
  tokenFor(userId: string, roles: readonly Role[], vendorIds?: readonly string[]): Promise<string>;
  close(): Promise<void>;
}

const ROLE_OF: Readonly<Record<SubgraphName, string>> = {
  users: "martgraph_users", catalog: "martgraph_catalog", orders: "martgraph_orders", predictions: "martgraph_serving", analytics: "martgraph_serving",
};

/** The whole graph over test databases, in the shape in which it is started; in one process it tells `log` what it logs. */
export async function serveTestGraph(shape: Shape, shop: TestDatabase, warehouse: TestDatabase, log: Log = silentLog): Promise<ServedGraph> {
  const { publicKey, privateKey } = await generateKeyPair(ACCESS_TOKEN.algorithm, { extractable: true });
  const [publicJwk, privateJwk] = [await exportJWK(publicKey), await exportJWK(privateKey)];
  const configOf = (name: SubgraphName): DatabaseConfig => ({ ...(name === "predictions" || name === "analytics" ? warehouse : shop).as(ROLE_OF[name]), max: 4 });
  const served = shape === "one process" ? await together(configOf, publicJwk, privateJwk, log) : await apart(configOf, publicJwk, privateJwk);

  return {
    url: served.url,
    endpoints: served.endpoints,
    close: served.close,
    async run(operation, variables = {}, token) {
      const query = readFileSync(join(OPERATIONS_DIR, `${operation}.graphql`), "utf8");
      const response = await fetch(`${served.url}/graphql`, {
        method: "POST", body: JSON.stringify({ query, operationName: operation, variables }),
        headers: { "content-type": "application/json", ...(token ? { authorization: `Bearer ${token}` } : {}) },
      });
      const body = (await response.json()) as { data?: Data; errors?: [] };
      return { status: response.status, data: body.data ?? {}, errors: body.errors ?? [] };
    },
    tokenFor(userId, roles, vendorIds = []) {
      return new SignJWT({ roles, vendorIds }).setProtectedHeader({ alg: ACCESS_TOKEN.algorithm, typ: ACCESS_TOKEN.typ })
        .setSubject(userId).setIssuer(ACCESS_TOKEN.issuer).setAudience(ACCESS_TOKEN.audience).setIssuedAt().setExpirationTime("10m").sign(privateKey);
    },
  };
}

interface Served { url: string; endpoints: Record<string, string>; close(): Promise<void> }

/** A folder for pictures and files that goes with the test. */
function temporaryObjects(): { options: ObjectsOptions; remove(): void } {
  const dir = mkdtempSync(join(tmpdir(), "martgraph-objects-"));
  return { options: { dir, secret: randomBytes(32).toString("base64url") }, remove: () => rmSync(dir, { recursive: true, force: true }) };
}

async function together(configOf: (name: SubgraphName) => DatabaseConfig, publicJwk: JWK, privateJwk: JWK, log: Log): Promise<Served> {
  const databases = new Map(SUBGRAPHS.map((name) => [name, Database.open(configOf(name))]));
  const business = await businessClock(databases.get("orders") as Database);
  const tokenKey = { publicJwk, privateJwk };
  const dataKey = randomBytes(32).toString("base64url");
  const objects = temporaryObjects();
  const cache = memoryCache();
  const subgraphs = await Promise.all(SUBGRAPHS.map((name) => makeSubgraph(name, { db: databases.get(name) as Database, log, clocks: { business, wall: wallClock }, cache, tokenKey, dataKey, objects: objects.options, sqlLogin: (user) => ({ ...configOf("analytics"), user }) })));
  const gateway = await startGateway({ port: 0, host: "127.0.0.1", mode: { kind: "inProcess", subgraphs }, tokenPublicJwk: publicJwk, objects: objects.options, log });
  return {
    url: gateway.url,
    endpoints: {},
    async close() {
      await gateway.close();
      await Promise.all(subgraphs.map((subgraph) => subgraph.close()));
      objects.remove();
      await cache.close();
      await Promise.all([...databases.values()].map((db) => db.close()));
    },
  };
}

async function apart(configOf: (name: SubgraphName) => DatabaseConfig, publicJwk: JWK, privateJwk: JWK): Promise<Served> {
  const stripe = stripeSettings();
  const objects = temporaryObjects();
  const hopKeys = Object.fromEntries(SUBGRAPHS.map((name) => [name, newHopKey(`${name}-1`)])) as Record<SubgraphName, HopKey>;
  const started = await Promise.all(SUBGRAPHS.map((name) => {
    const settings: SubgraphProcessSettings = {
      host: "127.0.0.1", port: 0, hopKey: hopKeys[name], database: configOf(name),
      ...(name === "users" ? { tokenKey: { privateJwk: privateJwk as Record<string, unknown> }, dataKey: randomBytes(32).toString("base64url") } : {}),
      ...(name === "orders" && stripe ? { stripe } : {}),
      ...(name === "catalog" || name === "users" ? { objects: objects.options } : {}),
    };
    return startSplitProcess(name, `subgraphs/${name}/main.ts`, settings);
  }));
  const endpoints = Object.fromEntries(started.map(({ name, url }) => [name, url]));
  const gateway = await startSplitProcess("gateway", "gateway/main.ts", { port: 0, host: "127.0.0.1", mode: { kind: "remote", endpoints, hopKeys }, tokenPublicJwk: publicJwk, objects: objects.options });
  return {
    url: gateway.url,
    endpoints,
    async close() {
      await gateway.stop();
      await Promise.all(started.map((process) => process.stop()));
      objects.remove();
    },
  };
}

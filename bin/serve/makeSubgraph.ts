import type { Cache } from "#platform/cache/cache.ts";
import type { Clocks } from "#platform/clock.ts";
import { keepSettings, passwordSettings, searchSettings, stripeSettings } from "#platform/config.ts";
import type { Database, DatabaseConfig } from "#platform/db/database.ts";
import type { IdentityConfig } from "#platform/identitySettings.ts";
import type { Log } from "#platform/log.ts";
import { type ObjectsOptions, openObjectStore } from "#platform/objects/open.ts";
import type { Subgraph } from "#kit/subgraph.ts";
import { readPresets } from "#subgraphs/catalog/commands/import/readPresets.ts";
import { createAnalyticsSubgraph } from "#subgraphs/analytics/subgraph.ts";
import { createCatalogSubgraph } from "#subgraphs/catalog/subgraph.ts";
import { choosePayments } from "#subgraphs/orders/ports/choosePayments.ts";
import { createOrdersSubgraph } from "#subgraphs/orders/subgraph.ts";
import { createPredictionsSubgraph } from "#subgraphs/predictions/subgraph.ts";
import { knownPasswords } from "#subgraphs/users/ports/knownPasswords.ts";
import { createUsersSubgraph, SWEEP_SECONDS } from "#subgraphs/users/subgraph.ts";
import { openReader } from "#warehouse/openReader.ts";
import { createWarehouseReader } from "#warehouse/reader.ts";
import { openSqlGate, sqlOnBigQuery } from "#warehouse/sql/gate.ts";
import type { DatabaseRole, Secrets, SubgraphName } from "../install/secrets.ts";

export interface SubgraphParts {
  /** Logged in with the slice's role. */
  db: Database;
  log: Log;
  clocks: Clocks;
  /** Shared by all processes where it is Redis: login attempts are counted there. */
  cache: Cache;
  tokenKey: Secrets["tokenKey"];
  dataKey: Secrets["dataKey"];
  identity?: IdentityConfig | undefined;
  objects: ObjectsOptions;
  /** How a role of ad-hoc SQL logs in. */
  sqlLogin: (role: DatabaseRole) => DatabaseConfig;
}

/** A slice in this process; subgraphs/<name>/main.ts does the same in a process of its own. */
export async function makeSubgraph(name: SubgraphName, { db, log, clocks, cache, tokenKey, dataKey, identity, objects, sqlLogin }: SubgraphParts): Promise<Subgraph> {
  switch (name) {
    case "users":
      return createUsersSubgraph({
        db, clocks, log, cache, tokenKey, dataKey, identity, knownPasswords: knownPasswords(passwordSettings(), log), objects: await openObjectStore(objects), sweepSeconds: SWEEP_SECONDS, ...keepSettings(),
      });
    case "catalog":
      return createCatalogSubgraph({ db, clocks, log, objects, presets: readPresets(), jobSeconds: 1, plans: true, ...keepSettings(), ...searchSettings() });
    case "orders":
      return createOrdersSubgraph({ db, clocks, log, payments: await choosePayments(db, stripeSettings()) });
    case "predictions":
      return createPredictionsSubgraph({ reader: createWarehouseReader(db) });
    case "analytics":
      return createAnalyticsSubgraph({ reader: openReader(db, log), sql: openSqlGate({ control: db, loginAs: sqlLogin, log, bigQuery: sqlOnBigQuery() }) });
  }
}

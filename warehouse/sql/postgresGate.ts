import { Database, type DatabaseConfig } from "#platform/db/database.ts";
import type { Log } from "#platform/log.ts";
import { LOGIN_OF } from "./audience.ts";
import type { SqlEngine } from "./engine.ts";
import { createPostgresEngine } from "./postgresEngine.ts";
import { createSights, type Sights } from "./sights.ts";
import { cancelAttempt, vendorKey } from "./statements.ts";

export interface PostgresGateParts {
  /** Logs in as martgraph_serving. */
  readonly control: Database;
  /** How the audiences' roles log in. */
  loginAs(role: (typeof LOGIN_OF)[keyof typeof LOGIN_OF]): DatabaseConfig;
  readonly log: Log;
}

/** Sessions per audience: more wait. */
const SESSIONS = 4;

/** PostgreSQL behind the gate. */
export function postgresGate({ control, loginAs, log }: PostgresGateParts): { engine: SqlEngine; sights: Sights } {
  const open = (role: (typeof LOGIN_OF)[keyof typeof LOGIN_OF]) => Database.open({ ...loginAs(role), max: SESSIONS, applicationName: "martgraph sql" }, { onError: (error) => log.warn({ error }, "idle connection lost") });
  return {
    sights: createSights(control),
    engine: createPostgresEngine({
      logins: { ANALYST: open(LOGIN_OF.ANALYST), PERSONAL: open(LOGIN_OF.PERSONAL), VENDOR: open(LOGIN_OF.VENDOR) },
      vendorKey: async () => (await control.one(vendorKey, [])).vendor_key,
      cancel: async (attemptId) => (await control.one(cancelAttempt, [attemptId])).cancelled,
    }),
  };
}

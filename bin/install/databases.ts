import { join } from "node:path";
import { Database, type DatabaseConfig } from "#platform/db/database.ts";
import { migrate } from "#platform/db/migrate.ts";
import type { Log } from "#platform/log.ts";
import { SetupError } from "#platform/postgres/setupError.ts";
import { PROJECT_DIR, type ServerAddress } from "./dataDir.ts";
import { ROLES, type DatabaseRole, type Secrets } from "./secrets.ts";

/** How to log in to the two databases: as owner, and as each role. */
export interface Databases {
  readonly shop: ServerAddress;
  readonly warehouse: ServerAddress;
  as(role: DatabaseRole, extra?: Partial<DatabaseConfig>): DatabaseConfig;
}

const SHOP_ROLES: ReadonlySet<DatabaseRole> = new Set(["martgraph_users", "martgraph_catalog", "martgraph_orders", "martgraph_capture", "martgraph_relay"]);

export function databasesOf(shop: ServerAddress, warehouse: ServerAddress, secrets: Secrets): Databases {
  return {
    shop,
    warehouse,
    as(role, extra = {}) {
      const at = SHOP_ROLES.has(role) ? shop : warehouse;
      return { host: at.host, port: at.port, database: at.database, user: role, password: secrets.databasePasswords[role], applicationName: role, ...extra };
    },
  };
}

/** Makes the database when the server does not have it yet. */
export async function ensureDatabase(address: ServerAddress, log: Log): Promise<void> {
  const maintenance = Database.open({ ...address, database: "postgres", max: 1 }, { onError: (error) => log.warn({ error }, "idle connection lost") });
  try {
    await maintenance.ping();
    const { rowCount } = await maintenance.raw("select 1 from pg_database where datname = $1", [address.database]);
    if (rowCount === 0) await maintenance.raw(`create database ${quoteIdentifier(address.database)} encoding 'UTF8' template template0`);
  } finally {
    await maintenance.close();
  }
}

/** Brings both databases to this code's schema and gives the roles this installation's passwords. */
export async function migrateBoth(databases: Databases, secrets: Secrets, log: Log): Promise<{ applied: number }> {
  let applied = 0;
  for (const [name, address] of [["shop", databases.shop], ["warehouse", databases.warehouse]] as const) {
    await ensureDatabase(address, log);
    const db = Database.open({ ...address, max: 2 }, { onError: (error) => log.warn({ error }, "idle connection lost") });
    try {
      applied += (await migrate(db, join(PROJECT_DIR, "schema", "sql", name))).applied.length;
      await setPasswords(db, secrets, name === "shop");
    } finally {
      await db.close();
    }
  }
  return { applied };
}

async function setPasswords(db: Database, secrets: Secrets, shop: boolean): Promise<void> {
  for (const role of ROLES.filter((name) => SHOP_ROLES.has(name) === shop)) {
    // `alter role` takes no parameters; quote_literal on the server does the quoting.
    const { rows } = await db.raw<{ statement: string }>("select format('alter role %I password %L', $1::text, $2::text) as statement", [role, secrets.databasePasswords[role]]);
    await db.raw((rows[0] as { statement: string }).statement);
  }
}

const quoteIdentifier = (name: string) => `"${name.replaceAll('"', '""')}"`;

/**
 * A postgres:// URL as an address. As in libpq, host and port may stand in the query: `postgresql://user:password@/shop?host=/run/postgresql`.
 * @throws SetupError that names the setting, and not what stands in it: there is a password in it.
 */
export function addressFromUrl(text: string, setting: string, fallbackDatabase: string): ServerAddress {
  const address = parsed(text, fallbackDatabase);
  if (address) return address;
  throw new SetupError(`${setting} is no PostgreSQL URL: give it as postgresql://user:password@host:5432/${fallbackDatabase}, special characters of the password percent-encoded.`);
}

function parsed(text: string, fallbackDatabase: string): ServerAddress | undefined {
  // URL takes no empty host behind a login.
  const url = URL.parse(text.replace(/^(\w+:\/\/[^/?#]*@)(?=[/?#]|$)/, "$1localhost"));
  const port = Number(url?.searchParams.get("port") ?? (url?.port || 5432));
  if (!url || !/^postgres(ql)?:$/.test(url.protocol) || !Number.isInteger(port) || port < 1 || port > 65_535) return undefined;
  try {
    return {
      host: url.searchParams.get("host") ?? (decodeURIComponent(url.hostname) || "localhost"),
      port,
      user: decodeURIComponent(url.username) || "postgres",
      password: decodeURIComponent(url.password),
      database: decodeURIComponent(url.pathname.slice(1)) || fallbackDatabase,
    };
  } catch {
    return undefined; // a percent sign that encodes nothing
  }
}

import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, inject } from "vitest";
import { Database, type DatabaseConfig } from "#platform/db/database.ts";
import "./globalSetup.ts";
import { superuserConfig, TEMPLATES, type TestServer } from "./testPostgres.ts";

/** A database of one test file. */
export interface TestDatabase {
  readonly name: string;
  /** As the superuser. */
  readonly config: DatabaseConfig;
  /** As one of the roles that the migrations make ("martgraph_orders", "bi_reader"). */
  as(role: string): DatabaseConfig;
}

type Kind = keyof typeof TEMPLATES;

const LEAK_GRACE_MS = 2_000;

/**
 * Gives the calling test file its own clones of the migrated databases; call it at the top of a
 * `*.db.test.ts` or `*.e2e.test.ts`, read `.shop` and `.warehouse` inside of hooks and tests. After the
 * file the clones are dropped, and the file fails when it left a connection open.
 */
export function useTestDatabases(wanted: Readonly<Partial<Record<Kind, true>>>): { readonly shop: TestDatabase; readonly warehouse: TestDatabase } {
  const made: Partial<Record<Kind, TestDatabase>> = {};
  beforeAll(async () => {
    const server = inject("testServer");
    for (const kind of ["shop", "warehouse"] as const) {
      if (wanted[kind]) made[kind] = await cloneDatabase(server, kind);
    }
  });
  afterAll(async () => {
    const server = inject("testServer");
    const leaks: string[] = [];
    for (const database of Object.values(made)) leaks.push(...(await dropDatabase(server, database.name)));
    if (leaks.length > 0) throw new Error(`this file left connections open: ${leaks.join("; ")}`);
  });
  const get = (kind: Kind): TestDatabase => {
    const database = made[kind];
    if (!database) throw new Error(`no ${kind} database here: call useTestDatabases({ ${kind}: true }) and read it inside of a hook or test`);
    return database;
  };
  return {
    get shop() { return get("shop"); },
    get warehouse() { return get("warehouse"); },
  };
}

/** Clones a template; whoever calls it drops the clone with dropDatabase. */
export async function cloneDatabase(server: TestServer, kind: Kind): Promise<TestDatabase> {
  const name = `${kind}_${randomBytes(5).toString("hex")}`;
  await using admin = Database.open(superuserConfig(server, "postgres"));
  await admin.raw(`create database ${name} template ${TEMPLATES[kind]}`);
  // CREATE DATABASE copies everything but the rights on the database itself
  await admin.raw(`revoke all on database ${name} from public`);
  const { rows } = await admin.raw<{ statement: string }>(
    `select format('grant %s on database %I to %s', acl.privilege_type, $2::text,
                   case when acl.grantee = 0 then 'public' else quote_ident(acl.grantee::regrole::text) end) as statement
       from pg_database d, aclexplode(coalesce(d.datacl, acldefault('d', d.datdba))) acl
      where d.datname = $1`,
    [TEMPLATES[kind], name],
  );
  for (const { statement } of rows) await admin.raw(statement);
  const config = superuserConfig(server, name);
  return { name, config, as: (role) => ({ ...config, user: role, password: server.rolePassword, applicationName: role }) };
}

/** Drops a clone and answers the connections it still had, a short grace after. */
export async function dropDatabase(server: TestServer, name: string): Promise<string[]> {
  await using admin = Database.open(superuserConfig(server, "postgres"));
  const deadline = Date.now() + LEAK_GRACE_MS;
  let open = await connections(admin, name);
  while (open.length > 0 && Date.now() < deadline) {
    await new Promise((done) => setTimeout(done, 50));
    open = await connections(admin, name);
  }
  await admin.raw("select pg_terminate_backend(active_pid) from pg_replication_slots where database = $1 and active", [name]);
  // an active slot refuses the drop, an inactive one is dropped along
  for (let attempt = 0; attempt < 40; attempt += 1) {
    const { rowCount } = await admin.raw("select 1 from pg_replication_slots where database = $1 and active", [name]);
    if (rowCount === 0) break;
    await new Promise((done) => setTimeout(done, 50));
  }
  await admin.raw(`drop database ${name} with (force)`);
  return open;
}

async function connections(admin: Database, name: string): Promise<string[]> {
  const { rows } = await admin.raw<{ what: string }>(
    `select format('%s as %s (%s)', coalesce(nullif(application_name, ''), 'unnamed'), usename, coalesce(left(query, 60), '')) as what
       from pg_stat_activity where datname = $1 and backend_type in ('client backend', 'walsender')`,
    [name],
  );
  return rows.map((row) => row.what);
}

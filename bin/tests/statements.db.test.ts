import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Database } from "#platform/db/database.ts";
import { type AnyStatement, listStatements } from "#platform/db/query.ts";
import { describeStatement, explainGeneric } from "#platform/db/tests/describeStatement.ts";
import { makeSlotTables } from "#platform/testing/slotTables.ts";
import { useTestDatabases } from "#platform/testing/testDatabase.ts";

const ROOT = join(import.meta.dirname, "..", "..");

/** Every module that declares statements, found by what it says. */
const MODULES = globSync("{platform,subgraphs,warehouse,shopdata,bin}/**/*.ts", { cwd: ROOT })
  .filter((file) => !/(^|\/)(tests|testing)\/|\.test\.ts$|platform\/db\/|warehouse\/reader\.ts$|subgraphs\/kit\//.test(file))
  .filter((file) => /\b(query|slotQuery|idempotencyKeys)\(/.test(readFileSync(join(ROOT, file), "utf8")))
  .concat("warehouse/reader.ts")
  .sort();
for (const file of MODULES) await import(join(ROOT, file));
const statements = listStatements().toSorted((one, other) => (one.name < other.name ? -1 : 1));

type Kind = "shop" | "warehouse";
/** Who runs a statement, by the first word of its name. The owner is whoever migrates and fills an installation. */
const RUN_BY: Readonly<Record<string, readonly [Kind, role: string | "owner"]>> = {
  users: ["shop", "martgraph_users"],
  catalog: ["shop", "martgraph_catalog"],
  orders: ["shop", "martgraph_orders"],
  platform: ["shop", "martgraph_orders"],
  paymentFake: ["shop", "martgraph_orders"],
  outbox: ["shop", "martgraph_orders"],
  relay: ["shop", "martgraph_relay"],
  webhooks: ["shop", "martgraph_relay"],
  mail: ["shop", "martgraph_relay"],
  orderMail: ["shop", "martgraph_relay"],
  accountMail: ["shop", "martgraph_relay"],
  shopdata: ["shop", "owner"],
  shop: ["shop", "owner"],
  bin: ["shop", "owner"],
  extract: ["shop", "martgraph_capture"],
  load: ["warehouse", "martgraph_loader"],
  publish: ["warehouse", "martgraph_builder"],
  bigquery: ["warehouse", "martgraph_builder"],
  pipeline: ["warehouse", "martgraph_builder"],
  registry: ["warehouse", "martgraph_builder"],
  scoring: ["warehouse", "martgraph_builder"],
  predictions: ["warehouse", "martgraph_serving"],
  analytics: ["warehouse", "martgraph_serving"],
  warehouse: ["warehouse", "martgraph_serving"],
  sql: ["warehouse", "martgraph_serving"],
  quality: ["warehouse", "martgraph_builder"],
  lake: ["warehouse", "martgraph_builder"],
  sources: ["warehouse", "martgraph_loader"],
};
const runBy = ({ name }: AnyStatement) => RUN_BY[name.split(".")[0] ?? ""];

const databases = useTestDatabases({ shop: true, warehouse: true });
const pools = new Map<string, Database>();
let owner: Database;
let oids = new Map<string, number>();

beforeAll(async () => {
  owner = Database.open(databases.warehouse.config);
  for (const slot of ["a", "b"] as const) await makeSlotTables(owner, slot);
  // Capture makes raw's tables from what the shop publishes; statements name this one alone.
  await owner.raw("set role martgraph_loader; create table raw.platform__clock (id boolean, offset_ms bigint, _op text, _from_pos bigint, _to_pos bigint, _committed_at timestamptz); reset role");
  for (const [kind, role] of new Map(Object.values(RUN_BY).map((one) => [one.join(), one])).values()) {
    pools.set(`${kind} ${role}`, Database.open(role === "owner" ? { ...databases[kind].config, max: 1 } : { ...databases[kind].as(role), max: 1 }));
  }
  const types = [...new Set(statements.flatMap((one) => [...one.params, ...Object.values(one.row)]).map((type) => type.replace("?", "")))];
  const { rows } = await owner.raw<{ name: string; oid: bigint }>("select t as name, t::regtype::oid::int8 as oid from unnest($1::text[]) t", [types]);
  oids = new Map(rows.map(({ name, oid }) => [name, Number(oid)]));
});
afterAll(async () => {
  await owner?.close();
  for (const pool of pools.values()) await pool.close();
});

function poolOf(statement: AnyStatement): Database {
  const pool = pools.get(runBy(statement)?.join(" ") ?? "");
  if (!pool) throw new Error(`nobody is known to run ${statement.name}: say in RUN_BY who does`);
  return pool;
}

/** The catalogue's own texts are of type `name`. */
const NAME = 19;
const REGCLASS = 2205;
const typeName = (oid: number) => [...oids].find(([, known]) => known === oid)?.[0] ?? (oid === NAME ? "text" : oid === REGCLASS ? "regclass" : `the type of oid ${oid}`);
const bare = (type: string) => type.replace("?", "");

/** What a parameter may be declared as where the server infers another type: every value of the one is a value of the other. */
const STANDS_FOR: Readonly<Record<string, readonly string[]>> = {
  // `limit $1`: the server counts in 64 bits, callers in JavaScript numbers.
  int8: ["int4", "int2"],
  int4: ["int2"],
  // The caller made the JSON; the names of tables are text that the server looks up.
  jsonb: ["text"],
  regclass: ["text"],
};
const declaredFor = (declared: string, inferred: string) => (STANDS_FOR[inferred]?.includes(declared) ? inferred : declared);

test("every part of the system has its statements here", () => {
  const words = new Set(statements.map((one) => one.name.split(".")[0] ?? ""));
  for (const word of ["users", "catalog", "orders", "predictions", "analytics", "warehouse", "publish", "pipeline", "registry", "load", "extract"]) expect(words).toContain(word);
  for (const word of words) expect(RUN_BY, `${word}.*: say in RUN_BY who runs it`).toHaveProperty(word);
});

/** Tables that never hold more than a handful of rows; everything else grows. */
const STAYS_SMALL = new Set(["orders.pricing_rules", "platform.clock", "platform.shop_data", "platform.event_consumers", "platform.relay_bell", "ops.pointer", "ops.slot_state", "registry.model_alias", "raw._capture_state"]);

describe.each(statements.map((one) => [one.name, one] as const))("%s", (_name, statement) => {
  test("is as declared, for the role that runs it", async () => {
    const described = await poolOf(statement).session((_session, client) => describeStatement(client, statement.text));
    const inferred = described.params.map(typeName);
    expect(statement.params.map((type, index) => declaredFor(bare(type), inferred[index] ?? "")), "parameters").toEqual(inferred);
    expect(Object.entries(statement.row).map(([name, type]) => `${name} ${bare(type)}`), "columns").toEqual(described.columns.map(({ name, type }) => `${name} ${typeName(type)}`));
  });

  test(`keeps to its budget, ${statement.budget.access}`, async () => {
    const nodes = await poolOf(statement).session((session) => explainGeneric(session, statement.text));
    const changes = nodes.filter(({ type }) => type === "ModifyTable" || type === "LockRows").map(({ type }) => type);
    if (statement.budget.access !== "write") expect(changes).toEqual([]);
    if (statement.budget.access !== "index") return;
    const wholeTables = nodes.filter(({ readsAll, relation }) => readsAll && !STAYS_SMALL.has(relation)).map(({ type, relation }) => `${type} of ${relation}`);
    expect(wholeTables).toEqual([]);
  });
});

import { readdir, readFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { fillSmallShop } from "#kit/testing/smallShop.ts";
import type { Log } from "#platform/log.ts";
import { useTestDatabases } from "#platform/testing/testDatabase.ts";
import { PERSONAL_DATA } from "#schema/personalData.ts";
import { openRealChain, type RealChain } from "#warehouse/pipeline/tests/realChain.ts";
import { type Manifest, modelsOf } from "#warehouse/tools/manifest.ts";
import { parseManifest } from "#warehouse/tools/parseManifest.ts";
import { CANARY, PERSON, plantPerson } from "./plantedPerson.ts";

const databases = useTestDatabases({ shop: true, warehouse: true });
let chain: RealChain;
let manifest: Manifest;
const said: string[] = [];

/** Keeps every line, of every level, as it would be written. */
const hearing: Log = (() => {
  const hear = (fields: object, message: string) => void said.push(`${message} ${JSON.stringify(fields, (_key, value: unknown) => (value instanceof Error ? `${value.message} ${value.stack}` : typeof value === "bigint" ? String(value) : value))}`);
  const log: Log = { debug: hear, info: hear, warn: hear, error: hear, child: () => log };
  return log;
})();

beforeAll(async () => {
  chain = await openRealChain(databases, hearing);
  await fillSmallShop(chain.shop);
  await plantPerson(chain.shop);
  // The suites look at all of raw: who orders has registered before, and an order has lines.
  await chain.shop.raw("update users.users set created_at = '2011-01-01' where id = $1", [PERSON]);
  await chain.shop.raw(`insert into orders.order_lines (order_id, position, variant_id, product_id, sku, name, quantity, unit_amount, exponent)
    select o.id, 1, v.id, v.product_id, v.sku, v.name, 3, 150, 2 from orders.orders o, (select * from catalog.variants order by id limit 1) v
    where not exists (select from orders.order_lines l where l.order_id = o.id) and not exists (select from orders.order_charges c where c.order_id = o.id)`);
  manifest = await parseManifest();
}, 120_000);
afterAll(async () => {
  await chain?.[Symbol.asyncDispose]();
});

const PERSONAL_NAMES = new Set(Object.values(PERSONAL_DATA).flatMap(({ personal = {} }) => Object.keys(personal)));

/** Columns that are called like a personal one and were found not to be: where goods go decides taxes and totals; what is sold has a name. */
const CALLED_ALIKE = new Set(["dim_categories.name", "dim_customers.country_code", "dim_locations.country_code", "dim_locations.name", "dim_products.name", "dim_promotions.name", "dim_vendors.name", "fct_carts.country_code", "fct_discounts.country_code", "fct_order_lines.country_code", "fct_order_lines.name", "fct_orders.country_code", "fct_refunds.country_code", "snap_customers.country_code", "snap_products.name", "snap_vendors.name"]);

/** Columns of a layer with their tag, as the contracts have them. */
const contracted = (layer: string) =>
  modelsOf(manifest, layer).flatMap((model) => Object.values(model.columns).map((column) => ({ column: `${model.name}.${column.name}`, name: column.name, tag: (column.config?.meta ?? column.meta)?.["pii"] })));

describe("the contracts of marts and features", () => {
  test.each(["marts", "features"])("%s: a column that is called like a personal one of the shop is tagged, or was looked at", (layer) => {
    const alike = contracted(layer).filter(({ name, tag }) => PERSONAL_NAMES.has(name) && tag === undefined).map(({ column }) => column);
    expect(alike.filter((column) => !CALLED_ALIKE.has(column))).toEqual([]);
    if (layer === "marts") expect([...CALLED_ALIKE].filter((column) => !alike.includes(column))).toEqual([]);
  });
  test("no tag is weaker than pseudonymous", () => {
    expect(new Set([...contracted("marts"), ...contracted("features")].map(({ tag }) => tag))).toEqual(new Set([undefined, "pseudonymous"]));
  });
});

/** Text columns of schemas, by what they hold a trace in. */
async function columnsWithTraces(schemas: string, pattern: string): Promise<{ looked: number; found: string[] }> {
  const { rows } = await chain.warehouse.raw<{ relation: string; name: string }>(
    `select format('%I.%I', n.nspname, c.relname) as relation, quote_ident(a.attname) as name from pg_class c join pg_namespace n on n.oid = c.relnamespace join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
     where c.relkind in ('r', 'p', 'v', 'm') and not c.relispartition and n.nspname ~ $1 order by 1, a.attnum`, [schemas]);
  const found: string[] = [];
  for (const { relation, name } of rows) if ((await chain.warehouse.raw(`select from ${relation} where ${name}::text ~* $1 limit 1`, [pattern])).rowCount > 0) found.push(`${relation}.${name}`);
  return { looked: rows.length, found };
}

async function filesWithTraces(dir: string): Promise<{ looked: string[]; found: string[] }> {
  const looked: string[] = [];
  const found: string[] = [];
  for (const entry of await readdir(dir, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    looked.push(relative(dir, path));
    if ((await readFile(path, "latin1")).toLowerCase().includes(CANARY)) found.push(relative(dir, path));
  }
  return { looked, found };
}

/** Everything that a run writes down beside raw and the views that only the builder reads. */
async function expectNothingTold(): Promise<void> {
  const { looked, found } = await columnsWithTraces("^(marts|marts_[ab]|features_[ab]|predictions|ops|martgraph|graphile_worker)$", CANARY);
  expect(looked).toBeGreaterThan(100);
  expect(found).toEqual([]);
  const files = await filesWithTraces(chain.stateDir);
  expect(files.looked).toEqual(expect.arrayContaining([expect.stringMatching(/dbt\.log$/), expect.stringMatching(/run_results\.json$/), expect.stringMatching(/manifest\.json$/)]));
  expect(files.found).toEqual([]);
  expect(said.filter((line) => line.toLowerCase().includes(CANARY))).toEqual([]);
}

describe("a person with a mark in every personal column of the shop", () => {
  test("is carried into raw and through a whole build, and no word of theirs is in marts, features, ledgers, dbt's files or logs", async () => {
    const result = await chain.pipeline.run({ trigger: "manual" });
    const red = await chain.warehouse.raw("select suite, name, message from ops.check_result where build_id = $1 and not passed and severity = 'CRITICAL'", [result.buildId]);
    expect(red.rows).toEqual([]);
    expect(result).toMatchObject({ state: "SUCCEEDED" });
    // The marks were there to be found: the capture brought those that are published.
    expect((await columnsWithTraces("^raw$", CANARY)).found).toEqual(["raw.events__behaviour_events.search_text", "raw.users__addresses.country_label", "raw.users__users.email", "raw.users__users.display_name", "raw.users__users.external_ref"]);
    await expectNothingTold();
    // The person is in the marts all the same, as an id and a hash.
    expect((await columnsWithTraces("^marts$", PERSON)).found).toEqual(expect.arrayContaining(["marts.dim_customers.user_id", "marts.fct_orders.user_id"]));
  }, 240_000);

  test("bi_reader sees every column of the contracts of marts, none that is personal in the clear, and nothing else", async () => {
    const { rows } = await chain.bi.raw<{ name: string }>(
      "select table_schema || '.' || table_name || '.' || column_name as name from information_schema.columns where table_schema not in ('pg_catalog', 'information_schema') order by 1");
    expect(rows.map((row) => row.name).sort()).toEqual(contracted("marts").map(({ column }) => `marts.${column}`).sort());
    const tags = new Map(contracted("marts").map(({ column, tag }) => [`marts.${column}`, tag]));
    expect(rows.filter(({ name }) => tags.get(name) !== undefined && tags.get(name) !== "pseudonymous")).toEqual([]);
    const pseudonyms = rows.map((row) => row.name).filter((name) => tags.get(name) === "pseudonymous");
    expect(pseudonyms).toContain("marts.dim_customers.email_sha256");
    // A pseudonym is an id or a hash, whatever it is called.
    for (const name of pseudonyms) {
      const [schema, table, column] = name.split(".");
      expect((await chain.bi.raw(`select from ${schema}.${table} where ${column}::text !~ '^([0-9a-f]{64}|[0-9a-f-]{36})$' limit 1`)).rowCount, name).toBe(0);
    }
  });

  test("a check that is red over their very words says what is wrong and none of the words", async () => {
    await chain.plant(`insert into raw.users__users (id, email, display_name, roles, status, created_at, _op, _from_pos, _to_pos, _committed_at) values (uuidv7(), 'No Address of ${CANARY}', '${CANARY}', '{CUSTOMER}', '${CANARY} status', now(), $meta)`);
    const result = await chain.pipeline.run({ trigger: "manual", force: true });
    expect(result.state).toBe("REJECTED");
    const { rows } = await chain.warehouse.raw<{ name: string }>("select name from ops.check_result where build_id = $1 and not passed and suite = 'raw.users' order by 1", [result.buildId]);
    expect(rows.map(({ name }) => name)).toEqual(expect.arrayContaining(["status is known"]));
    expect(result.reason).not.toContain(CANARY);
    await expectNothingTold();
    await chain.repair();
  }, 240_000);
});

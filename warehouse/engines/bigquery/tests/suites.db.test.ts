import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Database } from "#platform/db/database.ts";
import { useTestDatabases } from "#platform/testing/testDatabase.ts";
import { readPublication } from "../../../extract/publication.ts";
import { modelsOf } from "../../../tools/manifest.ts";
import { parseManifest } from "../../../tools/parseManifest.ts";
import { valuesThere } from "../expectationsOnBigQuery.ts";
import { findGoogleSql, type GoogleSql, type SqlCatalog, type SqlColumn, startGoogleSql } from "../gates/googleSql.ts";
import { bigQueryType } from "../types.ts";

const SUITES = fileURLToPath(new URL("../../../../expectations/suites", import.meta.url));
const found = await findGoogleSql();
const missing = "missing" in found ? found.missing : undefined;
if (missing) console.warn(`The suites' SQL is not analyzed: ${missing}`);

/** As warehouse/pipeline/runChecks.ts gives them. */
const VALUES = valuesThere({
  raw: "raw", audit: "audit_b", marts: "marts_b", features: "features_b", published_audit: "audit_a", published_marts: "marts_a", published_features: "features_a",
  slot: "b", build_id: "01900000-0000-7000-8000-000000000001", cut_pos: "5", checked_pos: "1", business_as_of: "2026-09-01T08:00:00.000Z", prediction_batch_id: null,
  now: "timestamptz '2026-09-01T08:00:00.000Z'", soon: "timestamptz '2026-09-01T08:05:00.000Z'", today: "date '2026-09-01'", today_soon: "date '2026-09-01'", tomorrow: "date '2026-09-02'",
  of_changed_order: "true",
}, "proof.martgraph");

interface Suite {
  suite: string;
  table: string;
  checks: { name: string; expect_no_rows?: string }[];
}

function rules(): { rule: string; sql: string }[] {
  return ["marts", "features"].flatMap((area) => readdirSync(join(SUITES, area)).flatMap((file) => {
    const { suite, table, checks } = parse(readFileSync(join(SUITES, area, file), "utf8")) as Suite;
    const fill = (text: string, values: Record<string, string | null>) => text.replace(/\$([a-z][a-z_]*)/g, (whole, name: string) => values[name] ?? whole);
    return checks.flatMap(({ name, expect_no_rows: sql }) => (sql === undefined ? [] : [{ rule: `${suite}: ${name}`, sql: fill(sql, { ...VALUES, table: fill(table, VALUES) }) }]));
  }));
}

describe.skipIf(missing)("the suites of marts and features", { timeout: 300_000 }, () => {
  const databases = useTestDatabases({ shop: true });
  let googleSql: GoogleSql;
  let catalog: SqlCatalog;
  beforeAll(async () => {
    googleSql = await startGoogleSql("dir" in found ? found.dir : "");
    const shop = Database.open(databases.shop.config);
    const raw = new Map((await readPublication(shop, "martgraph")).map((table) => [table.rawTable, table.columns.map(({ name, type }): SqlColumn => ({ name, type: bigQueryType(type) }))]));
    await shop.close();
    const manifest = await parseManifest();
    const layer = (name: string) => new Map(modelsOf(manifest, name).map((node) => [node.name, Object.values(node.columns).map((column): SqlColumn => ({ name: column.name, type: bigQueryType(column.data_type ?? "") }))]));
    catalog = new Map(["a", "b"].flatMap((slot) => [[`martgraph_audit_${slot}`, raw] as const, ...["marts", "features"].map((name) => [`martgraph_${name}_${slot}`, layer(name)] as const)]));
  }, 120_000);
  afterAll(async () => {
    await googleSql?.[Symbol.asyncDispose]();
  });

  test("are GoogleSQL, rule for rule", async () => {
    const wrong: string[] = [];
    const all = rules();
    for (const { rule, sql } of all) {
      const answer = await googleSql.analyze(sql, "proof", catalog);
      if (!answer.ok) wrong.push(`${rule}: ${answer.error}\n    ${sql}`);
    }
    expect(wrong).toEqual([]);
    expect(all.length).toBeGreaterThan(100);
  });
});

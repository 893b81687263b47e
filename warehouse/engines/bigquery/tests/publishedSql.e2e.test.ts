import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { martCatalogue } from "#schema/generated/martCatalogue.ts";
import { profileSql, BIGQUERY } from "../../../quality/profile.ts";
import { WATCHED } from "../../../quality/watched.ts";
import { findGoogleSql, type GoogleSql, type SqlCatalog, type SqlColumn, startGoogleSql } from "../gates/googleSql.ts";
import { publishScript } from "../publish/publishScript.ts";
import { bigQueryType } from "../types.ts";

const found = await findGoogleSql();
const missing = "missing" in found ? found.missing : undefined;
if (missing) console.warn(`What publishes is not analyzed: ${missing}`);

const columnsOf = (mart: string): SqlColumn[] => Object.entries(martCatalogue[mart]?.columns ?? {}).map(([name, { type }]) => ({ name, type: bigQueryType(type) }));
const marts = new Map(Object.keys(martCatalogue).map((name) => [name, columnsOf(name)]));
const CATALOG: SqlCatalog = new Map([["shop_marts_b", marts], ["shop_vendor_b", marts], ["shop_access", new Map([["mask_keys", [{ name: "mask_key", type: "BYTES" }]]])], ["shop_marts", new Map<string, SqlColumn[]>()], ["shop_marts_masked", new Map()], ["shop_marts_vendor", new Map()]]);

/** BigQuery takes a whole path between two marks, and descriptions of a view's columns; the analyzer wants each name in its own, and no descriptions. */
const forAnalyzer = (sql: string) => sql.replaceAll(/`(proof)\.(\w+)\.(\w+)`/g, "`$1`.`$2`.`$3`").replaceAll(/ options \(description = '(?:[^'\\]|\\.)*'\)(?=[,)])/g, "");

describe.skipIf(missing)("statements that the engine makes, in GoogleSQL's analyzer", { timeout: 300_000 }, () => {
  let googleSql: GoogleSql;
  beforeAll(async () => {
    googleSql = await startGoogleSql("dir" in found ? found.dir : "");
  }, 60_000);
  afterAll(async () => {
    await googleSql?.[Symbol.asyncDispose]();
  });
  const wrongOf = async (statements: readonly string[]) => {
    const wrong: string[] = [];
    for (const sql of statements) {
      const answer = await googleSql.analyze(forAnalyzer(sql), "proof", CATALOG);
      if (!answer.ok) wrong.push(`${answer.error}\n    ${sql.slice(0, 300)}`);
    }
    return wrong;
  };

  test("publish every mart to every audience: views, vendors' copies and policies, labels", async () => {
    const vendors = new Map([["01900000-0000-7000-8000-00000000000a", ["group:acme@shop.example", "user:bo@acme.example"]]]);
    const statements = publishScript({ project: "proof", dataset: (name) => `shop_${name}` }, {
      buildId: "01900000-0000-7000-8000-000000000001", slot: "b", turn: 2, committedAt: new Date("2026-09-01T08:00:00Z"), vendors, marts: [...marts].map(([name, columns]) => ({ name, columns: columns.map((column) => column.name) })), shown: new Map([["marts", ["fct_old"]]]),
    }).split(";\n");
    expect(statements.length).toBeGreaterThan(2 * marts.size);
    expect(await wrongOf(statements)).toEqual([]);
  });

  test("profile the watched marts", async () => {
    expect(await wrongOf(WATCHED.map((watched) => profileSql(watched, `\`proof.shop_marts_b.${watched.table}\``, "2026-01-01", BIGQUERY)))).toEqual([]);
  });
});

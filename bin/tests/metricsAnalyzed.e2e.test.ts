import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { martCatalogue } from "#schema/generated/martCatalogue.ts";
import { bigqueryDialect } from "#subgraphs/analytics/domain/metric/bigqueryDialect.ts";
import { representativeStatements } from "#subgraphs/analytics/domain/metric/representativeStatements.ts";
import { findGoogleSql, type GoogleSql, type SqlCatalog, startGoogleSql } from "#warehouse/engines/bigquery/gates/googleSql.ts";
import { GENERATED_TYPES } from "#warehouse/engines/bigquery/generatedOnBigQuery.ts";
import { bigQueryType } from "#warehouse/engines/bigquery/types.ts";

const found = await findGoogleSql();
const missing = "missing" in found ? found.missing : undefined;
if (missing) console.warn(`Metrics are not analyzed: ${missing}`);

describe.skipIf(missing)("GoogleSQL's analyzer", { timeout: 120_000 }, () => {
  let googleSql: GoogleSql;
  beforeAll(async () => {
    googleSql = await startGoogleSql("dir" in found ? found.dir : "");
  }, 60_000);
  afterAll(() => googleSql?.[Symbol.asyncDispose]());

  test("takes every metric and every form of question, over the marts as their contracts have them", async () => {
    const marts: SqlCatalog = new Map([["marts_a", new Map(Object.entries(martCatalogue).map(([name, { columns }]) => [name, Object.entries(columns).map(([column, { type }]) => ({ name: column, type: bigQueryType(type) }))]))]]);
    const statements = representativeStatements(bigqueryDialect);
    const refused: string[] = [];
    for (const { name, sql, types } of statements) {
      const parameters = types.map((type, index) => ({ name: `p${index + 1}`, type: type.endsWith("[]") ? `ARRAY<${GENERATED_TYPES[type]}>` : GENERATED_TYPES[type] }));
      const answer = await googleSql.analyze(sql.replaceAll("{marts}", "`proof`.`marts_a`"), "proof", marts, parameters);
      if (!answer.ok) refused.push(`${name}: ${answer.error}\n${sql}`);
    }
    expect(refused).toEqual([]);
    expect(statements.length).toBeGreaterThan(100);
  });
});

import { afterAll, beforeAll, expect, test } from "vitest";
import { faultOf } from "#kit/testing/explainStatements.ts";
import { Database } from "#platform/db/database.ts";
import { listStatements } from "#platform/db/query.ts";
import { useTestDatabases } from "#platform/testing/testDatabase.ts";
import "../loaders.ts";
import "../resolvers/query.ts";

const databases = useTestDatabases({ shop: true });
let db: Database;
beforeAll(() => { db = Database.open({ ...databases.shop.as("martgraph_catalog"), max: 1 }); });
afterAll(() => db.close());

const statements = listStatements().filter((statement) => statement.name.startsWith("catalog."));

test("every statement fits the schema and the role, and keeps to its budget", async () => {
  expect(statements.length).toBeGreaterThan(3);
  const faults: Record<string, string> = {};
  for (const statement of statements) {
    const fault = await faultOf(db, statement);
    if (fault) faults[statement.name] = fault;
  }
  expect(faults).toEqual({});
});

import { afterAll, beforeAll, expect, test } from "vitest";
import { Database } from "#platform/db/database.ts";
import { query } from "#platform/db/query.ts";
import { useTestDatabases } from "#platform/testing/testDatabase.ts";
import { faultOf } from "../testing/explainStatements.ts";

const databases = useTestDatabases({ shop: true });
let db: Database;
beforeAll(() => { db = Database.open({ ...databases.shop.as("martgraph_orders"), max: 1 }); });
afterAll(() => db.close());

const budget = { access: "index", maxRows: 1 } as const;
const row = { id: "uuid" } as const;

test.each([
  [query({ name: "probe.good", text: "select id from orders.orders where id = $1", params: ["uuid"], row, budget }), undefined],
  [query({ name: "probe.scan", text: "select id from orders.orders where country_code = $1", params: ["text"], row, budget }), "scans orders from end to end"],
  [query({ name: "probe.column", text: "select nr from orders.orders", params: [], row, budget }), 'column "nr" does not exist'],
  [query({ name: "probe.right", text: "select id from users.users", params: [], row, budget }), "permission denied for schema users"],
  [query({ name: "probe.params", text: "select id from orders.orders where id = $1", params: ["uuid", "text"], row, budget }), "takes 1 parameters, its list has 2"],
  [query({ name: "probe.row", text: "select id, number from orders.orders where id = $1", params: ["uuid"], row, budget }), "answers 2 columns, its row has 1"],
] as const)("$0.name", async (statement, fault) => expect(await faultOf(db, statement as never)).toBe(fault));

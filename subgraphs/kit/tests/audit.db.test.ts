import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Database } from "#platform/db/database.ts";
import { useTestDatabases } from "#platform/testing/testDatabase.ts";
import { audit } from "../audit.ts";
import type { Viewer } from "../viewer.ts";

const databases = useTestDatabases({ shop: true });
const actor: Viewer = { userId: "01900001-0000-7000-8000-000000000005", roles: ["ADMIN"], vendorIds: [], sessionId: "01900001-0000-7000-8000-00000000000a" };
const ORDER = "01900009-0000-7000-8000-000000000001";

describe.each(["martgraph_users", "martgraph_catalog", "martgraph_orders"])("the audit log as %s", (role) => {
  let db: Database;
  let owner: Database;
  beforeAll(() => {
    db = Database.open({ ...databases.shop.as(role), max: 2 });
    owner = Database.open({ ...databases.shop.config, max: 1 });
  });
  afterAll(async () => {
    await db.close();
    await owner.close();
  });
  const lines = () => owner.raw("select actor_id, roles, session_id, action, target_kind, target_id, details, request_id from platform.audit_log where request_id like $1 order by id", [`${role}%`]);
  const write = (action: string, requestId: string) => db.tx((tx) => audit(tx, { actor, action, targetKind: "order", targetId: ORDER, details: { amount: 5n, state: "PAID", left: undefined }, requestId }));

  test("an act is written down with who did it", async () => {
    await write("refundCreate", `${role}-1`);
    expect((await lines()).rows).toEqual([{
      actor_id: actor.userId, roles: ["ADMIN"], session_id: actor.sessionId, action: "refundCreate", target_kind: "order", target_id: ORDER,
      details: { amount: "5", state: "PAID" }, request_id: `${role}-1`,
    }]);
  });

  test("an act that does not happen leaves no line", async () => {
    await expect(db.tx(async (tx) => {
      await audit(tx, { actor, action: "refundCreate", targetKind: "order", targetId: ORDER, requestId: `${role}-2` });
      throw new Error("undone");
    })).rejects.toThrow("undone");
    expect((await lines()).rows).toHaveLength(1);
  });

  test.each([
    "update platform.audit_log set action = 'nothingHappened'",
    "delete from platform.audit_log",
    "truncate platform.audit_log",
    "alter table platform.audit_log disable trigger all",
    "insert into platform.audit_log (recorded_at, roles, action, target_kind) values ('2011-01-01', '{}', 'longAgo', 'order')",
    "insert into platform.audit_log (id, roles, action, target_kind) values (gen_random_uuid(), '{}', 'elsewhere', 'order')",
  ])("cannot be told otherwise: %s", async (sql) => {
    await expect(db.raw(sql)).rejects.toThrow(/permission denied|must be owner/);
  });

  test.each(["update platform.audit_log set action = 'nothingHappened'", "delete from platform.audit_log", "truncate platform.audit_log"])("not even by the owner: %s", async (sql) => {
    await expect(owner.raw(sql)).rejects.toThrow("platform.audit_log is append-only");
  });
});

test("what people wrote does not get into details", async () => {
  const { auditable } = await import("../audit.ts");
  const jwt = `eyJhbGciOiJFZERTQSJ9.${"x".repeat(80)}`;
  expect(auditable({ email: "ada@example.test", name: "Ada Lovelace", token: jwt, fields: ["status", "O'Neill & sons"], orderId: ORDER, isActive: true })).toEqual({
    email: "[left out]", name: "[left out]", token: "[left out]", fields: ["status", "[left out]"], orderId: ORDER, isActive: true,
  });
});

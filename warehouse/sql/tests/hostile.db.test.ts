import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Database } from "#platform/db/database.ts";
import { useTestDatabases } from "#platform/testing/testDatabase.ts";
import { LOGIN_OF, SCHEMA_OF } from "../audience.ts";
import { askerOf, type GateBench, KINDS, openGate } from "./gateHarness.ts";
import { DENIED_BY_GRANTS, HOSTILE } from "./hostile.ts";
import { fillSqlWarehouse } from "./sqlWarehouse.ts";

const databases = useTestDatabases({ warehouse: true });
let owner: Database;
let bench: GateBench;
beforeAll(async () => {
  owner = Database.open({ ...databases.warehouse.config, max: 2 });
  await fillSqlWarehouse(owner, databases.warehouse);
  bench = openGate(databases.warehouse);
});
afterAll(async () => {
  await bench?.[Symbol.asyncDispose]();
  await owner?.close();
});

/** What an error says of the inside, beyond what its asker wrote. */
const said = (message: string, sql: string) => (message.match(/marts_\w+|\bops\.\w+|RIVALS-SECRET|undefined|\[object|raw\.\w+|martgraph_\w+/g) ?? []).filter((word) => !sql.replaceAll(`"`, "").includes(word));

const COUNT = Object.values(HOSTILE).flat().length;

describe(`${COUNT} hostile statements`, () => {
  test("are at least 150", () => expect(COUNT).toBeGreaterThanOrEqual(150));

  describe.each(KINDS)("as %s", (kind) => {
    test.each(Object.keys(HOSTILE))("none that is after %s is run", async (aim) => {
      const succeeded: string[] = [];
      for (const [index, sql] of (HOSTILE[aim] as readonly string[]).entries()) {
        const { refusal, rows } = await bench.ask(askerOf(kind, { actorId: `0190f5c2-0000-7000-8000-${String(index).padStart(12, "0")}` }), sql, sql.includes("$1") ? { parameters: sql.includes("rpad") ? [5] : [] } : {});
        if (!refusal || rows.length > 0) succeeded.push(sql.slice(0, 200));
        else expect(said(refusal.message, sql), sql.slice(0, 200)).toEqual([]);
      }
      expect(succeeded).toEqual([]);
      // Each attempt is in the ledger, and none is under way.
      const { rows } = await owner.raw<{ n: bigint; open: bigint }>("select count(*) as n, count(*) filter (where state in ('RUNNING', 'DONE')) as open from ops.sql_attempt where audience = $1", [kind]);
      expect(Number(rows[0]?.n)).toBeGreaterThanOrEqual((HOSTILE[aim] as readonly string[]).length);
      expect(rows[0]?.open).toBe(0n);
    });
  });
});

describe("without the gate, grants alone", () => {
  test.each([...KINDS.map((kind) => [LOGIN_OF[kind], SCHEMA_OF[kind]] as const), ["bi_reader", "marts"] as const])("refuse %s, also after read-only was switched off", async (login, schema) => {
    const db = Database.open({ ...databases.warehouse.as(login), max: 1 });
    const succeeded: string[] = [];
    try {
      await db.session(async (session) => {
        await session.raw("set default_transaction_read_only = off; set statement_timeout = 0");
        for (const sql of DENIED_BY_GRANTS) {
          const error = await session.raw(sql.replaceAll("{schema}", schema)).then(() => undefined, (thrown: Error) => thrown);
          if (!error) succeeded.push(sql);
          else expect(error.message, sql).toMatch(/permission denied|must be|cannot|not allowed|Only roles|does not exist|could not access|no privileges|is not a|no schema has been selected/i);
        }
      });
    } finally {
      await db.close();
    }
    expect(succeeded).toEqual([]);
  });
});

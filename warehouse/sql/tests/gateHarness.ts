import { Database } from "#platform/db/database.ts";
import { silentLog } from "#platform/log.ts";
import type { TestDatabase } from "#platform/testing/testDatabase.ts";
import type { Asker, AudienceKind } from "../audience.ts";
import type { SqlCell, SqlColumn } from "../engine.ts";
import { type SqlGate, type SqlQuestion, type SqlSummary, createSqlGate } from "../gate.ts";
import { postgresGate } from "../postgresGate.ts";
import type { SqlRefusal } from "../refusal.ts";
import { id, VENDOR } from "./sqlWarehouse.ts";

export const KINDS = ["ANALYST", "VENDOR", "PERSONAL"] as const;

export function askerOf(kind: AudienceKind, { vendorIds = [VENDOR], actorId = id(9, 1) }: { vendorIds?: readonly string[]; actorId?: string } = {}): Asker {
  return { actorId, source: "GRAPH", audience: { kind, vendorIds: kind === "VENDOR" ? vendorIds : [] } };
}

export interface Asked {
  readonly columns: readonly SqlColumn[];
  readonly rows: readonly (readonly SqlCell[])[];
  readonly summary?: SqlSummary;
  readonly refusal?: SqlRefusal;
}

export interface GateBench extends AsyncDisposable {
  readonly gate: SqlGate;
  readonly control: Database;
  ask(asker: Asker, sql: string, more?: Partial<SqlQuestion>): Promise<Asked>;
}

export function openGate(database: TestDatabase): GateBench {
  const control = Database.open({ ...database.as("martgraph_serving"), max: 4 });
  const gate = createSqlGate({ ...postgresGate({ control, loginAs: (role) => database.as(role), log: silentLog }), control, log: silentLog });
  return {
    gate,
    control,
    async ask(asker, sql, more = {}) {
      let columns: readonly SqlColumn[] = [];
      const rows: (readonly SqlCell[])[] = [];
      const outcome = await gate.ask(asker, { sql, limit: 1_000, maxBytes: 1_000_000, signal: new AbortController().signal, ...more }, {
        columns: (found) => { columns = found; },
        rows: (batch) => { rows.push(...batch); },
      });
      return { columns, rows, ...(outcome.ok ? { summary: outcome.value } : { refusal: outcome.refusal }) };
    },
    async [Symbol.asyncDispose]() {
      await gate.close();
      await control.close();
    },
  };
}

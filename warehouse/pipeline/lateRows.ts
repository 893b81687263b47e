import type { Database } from "#platform/db/database.ts";
import { query } from "#platform/db/query.ts";

/** When something happened, in the tables whose rows belong to a day. */
const HAPPENED = [["orders__orders", "placed_at"], ["orders__refunds", "refunded_at"], ["events__behaviour_events", "occurred_at"]] as const;

const readPos = query({
  name: "pipeline.readAppliedPos",
  text: "select coalesce(max(applied_pos), -1) as pos from raw._capture_state",
  params: [],
  row: { pos: "int8" },
  budget: { access: "scan", maxRows: 1 },
});

const readKnown = query({
  name: "pipeline.readDatedTables",
  text: "select raw_table || '.' || column_name as name from raw._schema where raw_table || '.' || column_name = any($1) or (raw_table = 'platform__clock' and column_name = 'offset_ms')",
  params: ["text[]"],
  row: { name: "text" },
  budget: { access: "scan", maxRows: 10 },
});

/** The position up to which raw holds the shop; -1 before the first copy. */
export async function appliedPos(warehouse: Database): Promise<bigint> {
  return (await warehouse.one(readPos, [])).pos;
}

/**
 * Rows that the stream brought behind a position and that belong to a business day before the eve of the one they came on, by raw table.
 * They are taken into the days they belong to; whoever looked at those days earlier saw less. What a copy brought is not
 * counted: how long it had been there nobody knows.
 */
export async function countLateRows(warehouse: Database, behind: bigint): Promise<Record<string, number>> {
  const known = new Set((await warehouse.many(readKnown, [HAPPENED.map(([table, column]) => `${table}.${column}`)])).map(({ name }) => name));
  const late: Record<string, number> = {};
  const offset = known.has("platform__clock.offset_ms") ? "coalesce((select max(k.offset_ms) from raw.platform__clock k where k._to_pos is null and k._op <> 'd'), 0)" : "0";
  for (const [table, column] of HAPPENED) {
    if (!known.has(`${table}.${column}`)) continue;
    const { rows } = await warehouse.raw<{ n: number }>(
      `select count(*)::int4 as n from raw."${table}" where _from_pos > $1 and _op = 'c'
         and (${column} at time zone 'UTC')::date < ((_committed_at + ${offset} * interval '1 millisecond') at time zone 'UTC')::date - 1`,
      [behind],
    );
    if ((rows[0]?.n ?? 0) > 0) late[table] = rows[0]?.n ?? 0;
  }
  return late;
}

import type { Reader } from "#platform/db/database.ts";
import { query } from "#platform/db/query.ts";
import type { Slot } from "../publish/slots.ts";
import type { Changes } from "../tools/affectedNodes.ts";
import { listRawColumns } from "./state.ts";

/** Whoever is erased is taken out of raw's versions in place, also of those that ended: no position tells where. */
const ERASURES = "users__erasures";

const readComplete = query({
  name: "pipeline.readComplete",
  text: `select complete_pos, coalesce(complete_as_of, '-infinity') at time zone 'UTC' < date_trunc('day', $2::timestamptz at time zone 'UTC') as is_new_day
         from ops.slot_state where slot = $1`,
  params: ["text", "timestamptz"],
  row: { complete_pos: "int8", is_new_day: "bool" },
  budget: { access: "index", maxRows: 1 },
});

/** What changed between the slot's last complete build and a position; undefined where an increment has to look at everything. */
export async function changesSince(db: Reader, slot: Slot, cut: { pos: bigint; businessAsOf: Date }): Promise<Changes | undefined> {
  const complete = await db.one(readComplete, [slot, cut.businessAsOf]);
  const tables = (await db.many(listRawColumns, [])).map((row) => row.relation);
  if (tables.length === 0) return undefined;
  // two looks into an index each
  const within = (table: string, column: string) => `exists (select from raw."${table}" where ${column} > $1 and ${column} <= $2)`;
  const each = tables.map((table) => `select '${table}' as name where ${within(table, "_from_pos")} or ${within(table, "_to_pos")}`);
  const { rows } = await db.raw<{ name: string }>(each.join(" union all "), [complete.complete_pos, cut.pos]);
  const changed = rows.map(({ name }) => name).sort();
  return changed.includes(ERASURES) ? undefined : { tables: changed, isNewDay: complete.is_new_day };
}

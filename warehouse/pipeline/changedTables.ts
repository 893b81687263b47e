import type { Reader } from "#platform/db/database.ts";
import { query } from "#platform/db/query.ts";
import type { Slot } from "../publish/slots.ts";
import { type Changes, TABLES_OF_DAYS } from "../tools/affectedNodes.ts";
import { listRawColumns } from "./state.ts";

/** Whoever is erased is taken out of raw's versions in place, also of those that ended: no position tells where. */
const ERASURES = "users__erasures";

const readComplete = query({
  name: "pipeline.readComplete",
  text: `select complete_pos, date_trunc('day', $2::timestamptz at time zone 'UTC') at time zone 'UTC' as day_start, coalesce(complete_as_of, '-infinity') at time zone 'UTC' < date_trunc('day', $2::timestamptz at time zone 'UTC') as is_new_day
         from ops.slot_state where slot = $1`,
  params: ["text", "timestamptz"],
  row: { complete_pos: "int8", day_start: "timestamptz", is_new_day: "bool" },
  budget: { access: "index", maxRows: 1 },
});

/** Where the day of a row stands: in a column of its own, or in the order or refund that it names. Of states, versions that ended stay what their day saw. */
const DAY_OF: Readonly<Record<string, { at: string; of?: readonly [table: string, key: string]; isState?: boolean }>> = {
  catalog__stock_levels: { at: "updated_at", isState: true },
  catalog__stock_movements: { at: "occurred_at" },
  orders__orders: { at: "placed_at" },
  orders__order_lines: { at: "placed_at", of: ["orders__orders", "order_id"] },
  orders__order_charges: { at: "placed_at", of: ["orders__orders", "order_id"] },
  orders__vendor_orders: { at: "placed_at", of: ["orders__orders", "order_id"] },
  orders__refunds: { at: "refunded_at" },
  orders__refund_lines: { at: "refunded_at", of: ["orders__refunds", "refund_id"] },
};

/**
 * Whether any version that began or ended lies on a day before the business day, or its order or refund ever did. A superset of what
 * `past_changed` of the models sees. True where raw lacks what would tell.
 */
async function touchesPast(db: Reader, changed: readonly string[], raw: readonly { relation: string; columns: readonly string[] }[], within: readonly [bigint, bigint, Date]): Promise<boolean> {
  const has = (table: string, column: string) => raw.some((one) => one.relation === table && one.columns.includes(column));
  const looks: string[] = [];
  for (const table of changed.filter((name) => TABLES_OF_DAYS.has(name))) {
    const day = DAY_OF[table];
    if (!day || !has(day.of?.[0] ?? table, day.at) || (day.of && !has(table, day.of[1]))) return true;
    const ended = day.isState ? "" : ` union all select * from raw."${table}" where _to_pos > $1 and _to_pos <= $2`;
    const versions = `(select * from raw."${table}" where _from_pos > $1 and _from_pos <= $2${ended}) v`;
    looks.push(`exists (select from ${versions}${day.of ? ` join raw."${day.of[0]}" p on p.id = v.${day.of[1]} where p` : " where v"}.${day.at} < $3)`);
  }
  if (looks.length === 0) return false;
  const { rows } = await db.raw<{ past: boolean }>(`select ${looks.join(" or ")} as past`, within);
  return rows[0]?.past !== false;
}

/** What changed between the slot's last complete build and a position; undefined where an increment has to look at everything. */
export async function changesSince(db: Reader, slot: Slot, cut: { pos: bigint; businessAsOf: Date }): Promise<Changes | undefined> {
  const complete = await db.one(readComplete, [slot, cut.businessAsOf]);
  const columns = await db.many(listRawColumns, []);
  const tables = columns.map((row) => row.relation);
  if (tables.length === 0) return undefined;
  // two looks into an index each
  const within = (table: string, column: string) => `exists (select from raw."${table}" where ${column} > $1 and ${column} <= $2)`;
  const each = tables.map((table) => `select '${table}' as name where ${within(table, "_from_pos")} or ${within(table, "_to_pos")}`);
  const { rows } = await db.raw<{ name: string }>(each.join(" union all "), [complete.complete_pos, cut.pos]);
  const changed = rows.map(({ name }) => name).sort();
  if (changed.includes(ERASURES)) return undefined;
  return { tables: changed, isNewDay: complete.is_new_day, arePastDaysSame: !(await touchesPast(db, changed, columns, [complete.complete_pos, cut.pos, complete.day_start])) };
}

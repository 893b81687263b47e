import type { Database } from "#platform/db/database.ts";
import { SLOTS, type Slot } from "../publish/slots.ts";
import { listRawColumns } from "./state.ts";

/**
 * Keeps one view per raw table and slot that shows raw as of the slot's cut: what the checks on raw read. A view is made
 * anew only when the columns of its table changed.
 */
export async function ensureAuditViews(db: Database): Promise<void> {
  const rows = await db.many(listRawColumns, []);
  const columnsOf = new Map(rows.map((row) => [`${row.schema_name}.${row.relation}`, row.columns]));
  for (const { schema_name: schema, relation, columns } of rows) {
    if (schema !== "raw") continue;
    for (const slot of SLOTS) {
      const known = columnsOf.get(`audit_${slot}.${relation}`);
      if (known?.join() !== columns.join()) await db.raw(viewSql(slot, relation, columns));
    }
  }
}

function viewSql(slot: Slot, relation: string, columns: readonly string[]): string {
  const cut = `(select cut_pos from ops.slot_state where slot = '${slot}')`;
  const list = columns.map((column) => `"${column}"`).join(", ");
  return `drop view if exists audit_${slot}."${relation}";
    create view audit_${slot}."${relation}" as select ${list} from raw."${relation}"
    where _from_pos <= ${cut} and (_to_pos is null or _to_pos > ${cut}) and _op <> 'd'`;
}

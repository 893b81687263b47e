import type { Database } from "#platform/db/database.ts";
import type { Slot } from "../publish/slots.ts";
import { readPointer } from "../publish/statements.ts";
import { listRawColumns } from "./state.ts";

export interface AuditRange {
  slot: Slot;
  /** The build's cut. */
  pos: bigint;
  /** Rows up to here were checked with a build that was published, by the same suites. 0: none. */
  since: bigint;
}

/**
 * Shows the checks raw as the build sees it, one view per table in each of two schemas: `audit_<slot>` all rows as of the
 * cut, `changed_<slot>` those of them that no published build has been checked with. The positions stand in the views as
 * constants, so that the planner knows how few rows changed.
 */
export async function makeAuditViews(db: Database, range: AuditRange): Promise<void> {
  const { slot, pos, since } = range;
  const tables = await db.many(listRawColumns, []);
  await db.tx(async (tx) => {
    for (const schema of [`audit_${slot}`, `changed_${slot}`]) await tx.raw(`drop schema if exists ${schema} cascade; create schema ${schema}`);
    const views = tables.flatMap(({ relation, columns }) => {
      const list = columns.map((column) => `"${column}"`).join(", ");
      const asOfCut = `select ${list} from raw."${relation}" where _from_pos <= ${pos} and (_to_pos is null or _to_pos > ${pos}) and _op <> 'd'`;
      return [`create view audit_${slot}."${relation}" as ${asOfCut}`, `create view changed_${slot}."${relation}" as ${asOfCut} and _from_pos > ${since}`];
    });
    if (views.length > 0) await tx.raw(views.join(";\n"));
  });
}

/**
 * Checks hold a build against the published one, whose views are there unless the warehouse came back from a backup, which leaves views
 * out. Makes them again then: raw holds the versions of that time.
 */
export async function keepPublishedAuditViews(db: Database, publishedSlot: Slot): Promise<void> {
  const pointer = await db.maybeOne(readPointer, []);
  if (pointer?.slot !== publishedSlot) return;
  const { rows } = await db.raw("select 1 from pg_catalog.pg_namespace where nspname = $1", [`audit_${publishedSlot}`]);
  if (rows.length === 0) await makeAuditViews(db, { slot: publishedSlot, pos: pointer.cut_pos, since: pointer.cut_pos });
}

import { randomBytes } from "node:crypto";
import type { Database, Reader, Tx } from "#platform/db/database.ts";
import { sqlState } from "#platform/db/errors.ts";
import { AUDIENCES } from "./audienceViews.ts";
import { listRelations, listRetiredSchemas } from "./statements.ts";
import type { Slot } from "./slots.ts";

/** A build may not be published as it stands; `message` says which table or column and what to do. */
export class PublishRefused extends Error {
  override readonly name = "PublishRefused";
}

/** Column names that hold who somebody is. The marts name people by id and by the hash of their address. */
const PERSONAL = /^(e_?mail(_address)?|display_name|first_name|last_name|full_name|phone|line1|line2|postal_code|password\w*)$/;

/** @throws PublishRefused */
export function assertNothingPersonal(schema: string, relation: string, column: string): void {
  if (PERSONAL.test(column)) throw new PublishRefused(`${schema}.${relation} has a column "${column}": personal data is not published; take the column out of the model`);
}

export interface Relation {
  name: string;
  comment: string | null;
  columns: { name: string; comment: string | null }[];
}

/** What a slot has to publish, in order of name. @throws PublishRefused when it is empty or holds personal data. */
export async function listMarts(db: Reader, slot: Slot): Promise<Relation[]> {
  const relations = new Map<string, Relation>();
  for (const row of await db.many(listRelations, [`marts_${slot}`])) {
    assertNothingPersonal(`marts_${slot}`, row.relation, row.column_name);
    const relation = relations.get(row.relation) ?? { name: row.relation, comment: row.relation_comment, columns: [] };
    relation.columns.push({ name: row.column_name, comment: row.column_comment });
    relations.set(row.relation, relation);
  }
  if (relations.size === 0) throw new PublishRefused(`marts_${slot} holds no tables: there is nothing to publish`);
  return [...relations.values()];
}

const identifier = (name: string) => `"${name.replaceAll('"', '""')}"`;
const literal = (text: string) => `'${text.replaceAll("'", "''")}'`;

/** Schemas of views over one slot that nobody may read yet: publishing is giving them their names. */
export interface PreparedMarts {
  readonly tag: string;
}

/**
 * Makes the views of every audience over a slot, for `swapMarts` to put in place. Takes as long as there are marts, and so is done
 * before the transaction that publishes.
 */
export async function prepareMarts(db: Pick<Tx, "raw">, slot: Slot, buildId: string, relations: readonly Relation[], description: string): Promise<PreparedMarts> {
  const tag = randomBytes(6).toString("hex");
  const sql: string[] = [];
  for (const { schema, show } of AUDIENCES) {
    const next = `${schema}_next_${tag}`;
    sql.push(`create schema ${next}`, `comment on schema ${next} is ${literal(description)}`);
    for (const { name, comment, columns } of relations) {
      const shown = show(name, columns.map((column) => column.name), buildId);
      if (!shown) continue;
      const view = `${next}.${identifier(name)}`;
      const list = columns.flatMap((column) => shown.columns.get(column.name) ?? []);
      sql.push(`create view ${view}${shown.where ? " with (security_barrier)" : ""} as select ${list.join(", ")} from marts_${slot}.${identifier(name)}${shown.where ? ` where ${shown.where}` : ""}`);
      if (comment) sql.push(`comment on view ${view} is ${literal(comment)}`);
      for (const column of columns) {
        if (column.comment && shown.columns.has(column.name)) sql.push(`comment on column ${view}.${identifier(column.name)} is ${literal(column.comment)}`);
      }
    }
  }
  await db.raw(sql.join(";\n"));
  return { tag };
}

/**
 * Puts prepared schemas in the place of those that readers know. Renaming schemas locks no view, so no reader of the old views
 * waits or is interrupted; their schemas are dropped later by `dropRetiredMarts`.
 */
export async function swapMarts(tx: Tx, { tag }: PreparedMarts): Promise<void> {
  const sql = AUDIENCES.flatMap(({ schema, readers }) => [
    `grant usage on schema ${schema}_next_${tag} to ${readers}`,
    `grant select on all tables in schema ${schema}_next_${tag} to ${readers}`,
    `revoke all on schema ${schema} from ${readers}`,
    `alter schema ${schema} rename to ${schema}_retired_${tag}`,
    `alter schema ${schema}_next_${tag} rename to ${schema}`,
  ]);
  await tx.raw(sql.join(";\n"));
}

/** Drops the schemas of earlier publishes once nobody reads them. What is still in use stays for the next time. */
export async function dropRetiredMarts(db: Database): Promise<void> {
  for (const { name } of await db.many(listRetiredSchemas, [])) {
    try {
      await db.tx(async (tx) => {
        await tx.raw(`set local lock_timeout = '200ms'; drop schema if exists ${identifier(name)} cascade`);
      });
    } catch (error) {
      if (sqlState(error) !== "55P03") throw error;
    }
  }
}

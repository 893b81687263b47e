import type { Reader } from "#platform/db/database.ts";
import { POSTGRES, profileSql } from "./profile.ts";
import { listColumns } from "./statements.ts";
import { type Watched, WATCHED } from "./watched.ts";

/** Where the days of a build's marts are read: in the engine that made them. */
export interface DaySource {
  /** The columns of the watched tables that are there. */
  columns(): Promise<ReadonlyMap<string, readonly string[]>>;
  /** The rows of `profileSql`. */
  profile(watched: Watched, from: string, withOlder: boolean): Promise<Record<string, unknown>[]>;
}

/** Marts of a schema of the warehouse's own database. */
export function daysInPostgres(db: Reader, schema: string): DaySource {
  return {
    columns: async () => new Map((await db.many(listColumns, [schema, WATCHED.map(({ table }) => table)])).map((row) => [row.relation, row.columns])),
    profile: async (watched, from, withOlder) => (await db.raw<Record<string, unknown>>(profileSql(watched, `${schema}.${watched.table}`, from, POSTGRES, withOlder))).rows,
  };
}

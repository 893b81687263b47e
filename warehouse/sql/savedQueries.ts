import { randomUUID } from "node:crypto";
import type { Database } from "#platform/db/database.ts";
import { constraintName, SQLSTATE, sqlState } from "#platform/db/errors.ts";
import { err, ok, type Result } from "#schema/values/result.ts";
import { countSaved, deleteSaved, findSaved, insertSaved, listSaved, updateSaved } from "./statements.ts";

export interface SavedQuery {
  readonly savedId: string;
  /** UUID of the person; null for the operator's. */
  readonly ownerId: string | null;
  readonly name: string;
  readonly description: string | null;
  readonly sql: string;
  readonly isShared: boolean;
  readonly version: number;
  readonly updatedAt: Date;
}

export interface SavedInput {
  /** The one to change; a new one where not given. */
  readonly savedId?: string | undefined;
  readonly name: string;
  readonly description: string | null;
  readonly sql: string;
  readonly isShared: boolean;
  readonly expectedVersion?: number | undefined;
}

export type SaveRefusal =
  | { code: "SAVED_QUERY_NOT_FOUND" }
  | { code: "SAVED_QUERY_NAME_TAKEN"; name: string }
  | { code: "TOO_MANY_SAVED_QUERIES" }
  | { code: "VERSION_CONFLICT"; expected: number; actual: number };

export const MAX_SAVED = 500;

/** Statements that people keep under a name: their own and, among those who see all rows, shared ones. */
export interface SavedQueries {
  list(ownerId: string | null, options: { shared: boolean; after: { name: string; savedId: string } | undefined; limit: number }): Promise<readonly SavedQuery[]>;
  find(savedId: string): Promise<SavedQuery | undefined>;
  /** Only its owner changes one. */
  save(ownerId: string | null, input: SavedInput): Promise<Result<SavedQuery, SaveRefusal>>;
  delete(ownerId: string | null, savedId: string, expectedVersion: number | undefined): Promise<Result<SavedQuery, Extract<SaveRefusal, { code: "SAVED_QUERY_NOT_FOUND" | "VERSION_CONFLICT" }>>>;
}

export function createSavedQueries(control: Database): SavedQueries {
  const own = async (ownerId: string | null, savedId: string) => {
    const row = await control.maybeOne(findSaved, [savedId]);
    return row && row.owner_id === ownerId ? toSaved(row) : undefined;
  };
  return {
    async list(ownerId, { shared, after, limit }) {
      return (await control.many(listSaved, [ownerId, shared, after?.name ?? null, after?.savedId ?? null, limit])).map(toSaved);
    },
    async find(savedId) {
      const row = await control.maybeOne(findSaved, [savedId]);
      return row && toSaved(row);
    },
    async save(ownerId, { savedId, name, description, sql, isShared, expectedVersion }) {
      if (savedId === undefined) {
        if ((await control.one(countSaved, [ownerId])).n >= BigInt(MAX_SAVED)) return err({ code: "TOO_MANY_SAVED_QUERIES" });
        const made = await control.maybeOne(insertSaved, [randomUUID(), ownerId, name, description, sql, isShared]);
        return made ? ok(toSaved(made)) : err({ code: "SAVED_QUERY_NAME_TAKEN", name });
      }
      const present = await own(ownerId, savedId);
      if (!present) return err({ code: "SAVED_QUERY_NOT_FOUND" });
      const expected = expectedVersion ?? present.version;
      try {
        const changed = expected === present.version ? await control.maybeOne(updateSaved, [savedId, expected, name, description, sql, isShared]) : undefined;
        return changed ? ok(toSaved(changed)) : err({ code: "VERSION_CONFLICT", expected, actual: (await own(ownerId, savedId))?.version ?? present.version });
      } catch (error) {
        if (sqlState(error) === SQLSTATE.uniqueViolation && constraintName(error) === "sql_saved_name") return err({ code: "SAVED_QUERY_NAME_TAKEN", name });
        throw error;
      }
    },
    async delete(ownerId, savedId, expectedVersion) {
      const present = await own(ownerId, savedId);
      if (!present) return err({ code: "SAVED_QUERY_NOT_FOUND" });
      const expected = expectedVersion ?? present.version;
      const gone = expected === present.version ? await control.execute(deleteSaved, [savedId, expected]) : 0;
      return gone === 1 ? ok(present) : err({ code: "VERSION_CONFLICT", expected, actual: (await own(ownerId, savedId))?.version ?? present.version });
    },
  };
}

function toSaved(row: { saved_id: string; owner_id: string | null; name: string; description: string | null; sql: string; is_shared: boolean; version: number; updated_at: Date }): SavedQuery {
  return { savedId: row.saved_id, ownerId: row.owner_id, name: row.name, description: row.description, sql: row.sql, isShared: row.is_shared, version: row.version, updatedAt: row.updated_at };
}

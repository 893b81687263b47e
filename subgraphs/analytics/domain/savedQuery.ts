import { err, ok, type Result } from "#schema/values/result.ts";

export interface SavedQueryForm {
  readonly name: string;
  readonly description: string | null;
  readonly sql: string;
  readonly isShared: boolean;
}

export type InvalidSavedQuery = { code: "INVALID_VALUE"; field: "name" | "description" | "sql" | "isShared"; must: string };

const MAX_SQL_BYTES = 20_000;
const isText = (text: string) => text.isWellFormed() && !text.includes("\0");

/** What is to be kept, with spaces around the name taken off. */
export function savedQueryOf(form: SavedQueryForm, rights: { mayShare: boolean }): Result<SavedQueryForm, InvalidSavedQuery> {
  const wrong = (field: InvalidSavedQuery["field"], must: string) => err({ code: "INVALID_VALUE" as const, field, must });
  const name = form.name.trim();
  if (name.length < 1 || name.length > 100 || !isText(name) || /\p{Cc}/u.test(name)) return wrong("name", "be 1 to 100 characters on one line");
  const description = form.description?.trim() || null;
  if (description !== null && (description.length > 500 || !isText(description))) return wrong("description", "be text of at most 500 characters");
  if (form.sql.trim() === "" || new TextEncoder().encode(form.sql).length > MAX_SQL_BYTES || !isText(form.sql)) return wrong("sql", `be a statement of at most ${MAX_SQL_BYTES} bytes`);
  if (form.isShared && !rights.mayShare) return wrong("isShared", "be false: only who may ask all marts shares with colleagues");
  return ok({ name, description, sql: form.sql, isShared: form.isShared });
}

import type { Renderers } from "#kit/userError.ts";
import type { SqlQueryDeleteRefusal } from "../../commands/sqlQueryDelete.ts";
import type { SqlQuerySaveRefusal } from "../../commands/sqlQuerySave.ts";

const conflict = ({ expected, actual }: { expected: number; actual: number }, path: readonly string[]) =>
  ({ message: `It was changed since you read it: it has version ${actual}.`, path, fields: { expected, actual } });

export const sqlQuerySaveErrors: Renderers<SqlQuerySaveRefusal> = {
  INVALID_VALUE: ({ field, must }) => ({ message: `${field} must ${must}.`, path: ["input", field] }),
  SAVED_QUERY_NOT_FOUND: () => ({ message: "You have no such saved statement: savedQueries lists them.", path: ["input", "id"] }),
  SAVED_QUERY_NAME_TAKEN: ({ name }) => ({ message: `You have a statement called "${name}" already: change that one, or take another name.`, path: ["input", "name"] }),
  TOO_MANY_SAVED_QUERIES: () => ({ message: "You keep as many statements as anybody may: throw one away first.", path: ["input"] }),
  VERSION_CONFLICT: (refusal) => conflict(refusal, ["input", "expectedVersion"]),
};

export const sqlQueryDeleteErrors: Renderers<SqlQueryDeleteRefusal> = {
  SAVED_QUERY_NOT_FOUND: () => ({ message: "You have no such saved statement: savedQueries lists them.", path: ["id"] }),
  VERSION_CONFLICT: (refusal) => conflict(refusal, ["expectedVersion"]),
};

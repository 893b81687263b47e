import { allow, anyOf, permission, type Guards } from "#kit/guard.ts";

const askers = anyOf(permission("sql.run"), permission("sql.runOwn"));

// Whose rows and which columns are seen is decided by the audience that the viewer is, in the database.
export const sqlGuards: Guards = {
  Query: { sqlTables: askers, sqlQuery: askers, sqlEstimate: askers, savedQueries: askers, sqlAttempts: permission("audit.read") },
  Mutation: { sqlQuerySave: askers, sqlQueryDelete: askers, sqlQueryCancel: askers },
  SqlTable: allow, SqlTableColumn: allow, SqlRows: allow, SqlColumn: allow, SqlRefused: allow, SqlEstimate: allow,
  SavedQuery: allow, SavedQueryConnection: allow, SavedQueryEdge: allow, SqlQuerySaveSuccess: allow, SqlQueryDeleteSuccess: allow, SqlQueryCancelSuccess: allow,
  SavedQueryNotFound: allow, SavedQueryNameTaken: allow, TooManySavedQueries: allow,
  SqlAttempt: allow, SqlAttemptConnection: allow, SqlAttemptEdge: allow,
};

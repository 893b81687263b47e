import { badUserInput, unavailable } from "#kit/errors.ts";
import { cursorOf, type PageArgs, readPage, toConnection } from "#kit/page.ts";
import { toUserError } from "#kit/userError.ts";
import { can } from "#kit/viewer.ts";
import { decodeId, encodeId } from "#schema/values/ids.ts";
import { type Attempt, csvHead, csvLines, jsonCell, parquetBytes, placeOf, type SavedQuery, type SqlGate, type SqlRefusal } from "#warehouse/sql/gate.ts";
import { askerOf, isKey, runSql, type SqlAnswer, type SqlArgs } from "../commands/runSql.ts";
import { sqlQueryDelete } from "../commands/sqlQueryDelete.ts";
import { sqlQuerySave, type SqlQuerySaveInput } from "../commands/sqlQuerySave.ts";
import type { AnalyticsContext as Context } from "../context.ts";
import { sqlQueryDeleteErrors, sqlQuerySaveErrors } from "./errors/sql.ts";

const savedCursor = cursorOf("savedQueries", ["text", "uuid"]);
const attemptCursor = cursorOf("sqlAttempts", ["instant", "uuid"]);

function gateOf({ sql }: Context): SqlGate {
  if (!sql) throw unavailable("Ad-hoc SQL is not set up in this process.");
  return sql;
}

export const sqlResolvers = {
  Query: {
    sqlTables: (_root: unknown, _args: object, context: Context) => gateOf(context).tables(askerOf(context).audience),
    async sqlQuery(_root: unknown, args: SqlArgs, context: Context) {
      const outcome = await runSql(gateOf(context), context, args);
      return outcome.ok ? { __typename: "SqlRows", ...outcome.value } : refused(args.sql, outcome.refusal);
    },
    async sqlEstimate(_root: unknown, { sql, parameters }: SqlArgs, context: Context) {
      const asker = askerOf(context);
      const outcome = await gateOf(context).estimate(asker, { sql, parameters: parameters ?? [], signal: context.signal });
      if (!outcome.ok) return refused(sql, outcome.refusal);
      return { __typename: "SqlEstimate", ...outcome.value, cost: asker.audience.kind === "VENDOR" ? null : outcome.value.amount, maxCost: outcome.value.maxAmount };
    },
    async savedQueries(_root: unknown, args: PageArgs, context: Context) {
      const page = readPage(args, savedCursor);
      const after = page.after && { name: page.after[0], savedId: page.after[1] };
      const rows = await gateOf(context).saved.list(context.viewer.userId, { shared: can(context.viewer, "sql.run"), after, limit: page.limit + 1 });
      return toConnection(rows.map((row) => saved(row, context)), page, (row) => savedCursor.encode([row.name, row.savedId]));
    },
    async sqlAttempts(_root: unknown, args: PageArgs & { actorId?: string | null; state?: string | null }, context: Context) {
      const page = readPage(args, attemptCursor);
      const actorId = args.actorId == null ? null : decodeId("usr", args.actorId);
      if (actorId === undefined) return toConnection<Attempt>([], page, () => "");
      const after = page.after && { startedAt: page.after[0], attemptId: page.after[1] };
      const rows = await gateOf(context).attempts({ actorId, state: args.state ?? null, after, limit: page.limit + 1 });
      return toConnection(rows, page, (row) => attemptCursor.encode([row.started_text, row.attempt_id]));
    },
  },
  Mutation: {
    async sqlQuerySave(_root: unknown, { input }: { input: SqlQuerySaveInput }, context: Context) {
      const outcome = await sqlQuerySave(gateOf(context).saved, context.viewer, input);
      return outcome.ok ? { __typename: "SqlQuerySaveSuccess", savedQuery: saved(outcome.value, context) } : toUserError(sqlQuerySaveErrors, outcome.error);
    },
    async sqlQueryDelete(_root: unknown, { id, expectedVersion }: { id: string; expectedVersion?: number | null }, context: Context) {
      const outcome = await sqlQueryDelete(gateOf(context).saved, context.viewer, id, expectedVersion ?? undefined);
      return outcome.ok ? { __typename: "SqlQueryDeleteSuccess", savedQuery: saved(outcome.value, context) } : toUserError(sqlQueryDeleteErrors, outcome.error);
    },
    async sqlQueryCancel(_root: unknown, { cancelKey }: { cancelKey: string }, context: Context) {
      if (!isKey(cancelKey)) return { __typename: "InvalidValue", code: "INVALID_VALUE", message: "cancelKey must be 1 to 100 letters, digits, points, dashes and underscores.", path: ["cancelKey"] };
      return { __typename: "SqlQueryCancelSuccess", cancelled: await gateOf(context).cancel(context.viewer.userId, { cancelKey }) };
    },
  },
  SqlRows: {
    attemptId: ({ summary }: SqlAnswer) => encodeId("sqa", summary.attemptId),
    rows: ({ rows, columns }: SqlAnswer) => rows.map((row) => row.map((cell, index) => jsonCell(cell, columns[index] ?? { name: "", type: "text" }))),
    rowCount: ({ summary }: SqlAnswer) => summary.rows,
    truncated: ({ summary }: SqlAnswer) => summary.truncatedBy !== null,
    truncatedBy: ({ summary }: SqlAnswer) => summary.truncatedBy,
    csv: ({ columns, rows }: SqlAnswer) => csvHead(columns) + csvLines(rows),
    async parquet({ columns, rows }: SqlAnswer) {
      if (columns.length === 0) throw badUserInput("A Parquet file needs at least one column.", ["sql"]);
      return (await parquetBytes(columns, rows)).toString("base64");
    },
    buildId: ({ summary }: SqlAnswer) => summary.buildId,
    asOf: ({ summary }: SqlAnswer) => summary.asOf,
    cost: ({ summary }: SqlAnswer) => summary.estimate?.amount ?? null,
    ms: ({ summary }: SqlAnswer) => summary.ms,
  },
  SqlAttempt: {
    id: (row: Attempt) => encodeId("sqa", row.attempt_id),
    startedAt: (row: Attempt) => row.started_at,
    actorId: (row: Attempt) => row.actor_id && encodeId("usr", row.actor_id),
    sqlHash: (row: Attempt) => row.sql_hash,
    buildId: (row: Attempt) => row.build_id,
  },
};

function refused(sql: string, { code, message, position }: SqlRefusal) {
  const place = position === undefined ? null : placeOf(sql, position);
  return { __typename: "SqlRefused", code, message, path: [code === "BAD_PARAMETER" ? "parameters" : "sql"], position: position ?? null, line: place?.line ?? null, column: place?.column ?? null };
}

function saved(row: SavedQuery, { viewer }: Context) {
  return { ...row, id: encodeId("sqs", row.savedId), isOwn: row.ownerId === viewer.userId };
}

import { badUserInput } from "#kit/errors.ts";
import type { ContextOf } from "#kit/subgraph.ts";
import { can } from "#kit/viewer.ts";
import type { Asker, SqlCell, SqlColumn, SqlGate, SqlParameter, SqlRefusal, SqlSummary } from "#warehouse/sql/gate.ts";
import { sqlAudience } from "../domain/sqlAudience.ts";

export interface SqlArgs {
  sql: string;
  parameters?: readonly SqlParameter[] | null;
  limit?: number | null;
  cancelKey?: string | null;
}

export interface SqlAnswer {
  readonly columns: readonly SqlColumn[];
  readonly rows: readonly (readonly SqlCell[])[];
  readonly summary: SqlSummary;
}

const MAX_ROWS = 10_000;
/** The answer goes through the gateway as one document. */
const MAX_BYTES = 4_000_000;

type Request = Pick<ContextOf<object, object>, "viewer" | "requestId" | "signal">;

/** Who asks, as the gate wants to know it. */
export function askerOf({ viewer, requestId }: Pick<Request, "viewer" | "requestId">): Asker {
  return {
    actorId: viewer.userId,
    sessionId: viewer.sessionId,
    requestId,
    source: "GRAPH",
    audience: sqlAudience({ mayAskAll: can(viewer, "sql.run"), maySeePersons: can(viewer, "sql.personal"), vendorIds: viewer.vendorIds }),
  };
}

/** Runs the statement and holds its answer. @throws BAD_USER_INPUT for a limit or key that is none */
export async function runSql(gate: SqlGate, request: Request, args: SqlArgs): Promise<{ ok: true; value: SqlAnswer } | { ok: false; refusal: SqlRefusal }> {
  const limit = args.limit ?? 1_000;
  if (limit < 1 || limit > MAX_ROWS) throw badUserInput(`\`limit\` must be between 1 and ${MAX_ROWS}, it is ${limit}.`, ["limit"]);
  if (args.cancelKey != null && !isKey(args.cancelKey)) throw badUserInput("`cancelKey` must be 1 to 100 letters, digits, points, dashes and underscores.", ["cancelKey"]);
  let columns: readonly SqlColumn[] = [];
  const rows: (readonly SqlCell[])[] = [];
  const outcome = await gate.ask(askerOf(request), { sql: args.sql, parameters: args.parameters ?? [], limit, maxBytes: MAX_BYTES, signal: request.signal, cancelKey: args.cancelKey ?? undefined }, {
    columns: (found) => { columns = found; },
    rows: (batch) => { for (const row of batch) rows.push(row); },
  });
  return outcome.ok ? { ok: true, value: { columns, rows, summary: outcome.value } } : outcome;
}

export const isKey = (text: string) => /^[\w.-]{1,100}$/.test(text);

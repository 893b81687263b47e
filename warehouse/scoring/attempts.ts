import type { Database } from "#platform/db/database.ts";
import { query } from "#platform/db/query.ts";
import type { ModelName } from "#platform/scoring/loadModel.ts";

export type AttemptOutcome = "PROMOTED" | "REFUSED" | "NOT_ENOUGH_HISTORY";

const insertAttempt = query({
  name: "scoring.insertAttempt",
  text: "insert into registry.training_attempt (model, outcome, message, as_of) values ($1, $2, $3, $4)",
  params: ["text", "text", "text", "timestamptz"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

const readLast = query({
  name: "scoring.readLastAttempt",
  // business time: the newest cut says what day it is
  text: `select a.outcome, a.message,
           (a.as_of at time zone 'UTC')::date = (select (max(business_as_of) at time zone 'UTC')::date from ops.build) as today
           from registry.training_attempt a where a.model = $1 order by a.id desc limit 1`,
  params: ["text"],
  row: { outcome: "text", message: "text", today: "bool?" },
  budget: { access: "scan", maxRows: 1 },
});

export async function recordAttempt(db: Database, attempt: { model: ModelName; outcome: AttemptOutcome; message: string; asOf: Date }): Promise<void> {
  await db.execute(insertAttempt, [attempt.model, attempt.outcome, attempt.message, attempt.asOf]);
}

/** How the last training of a model ended; `today` when it was at the business day of the newest build. */
export async function lastAttempt(db: Database, model: ModelName): Promise<{ outcome: AttemptOutcome; message: string; today: boolean } | undefined> {
  const row = await db.maybeOne(readLast, [model]);
  return row && { outcome: row.outcome as AttemptOutcome, message: row.message, today: row.today === true };
}

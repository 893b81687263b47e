import type { Database } from "#platform/db/database.ts";
import type { RowOf } from "#platform/db/query.ts";
import type { Asker } from "./audience.ts";
import type { Examined } from "./examine.ts";
import type { SqlEstimate } from "./engine.ts";
import { hashOf } from "./redact.ts";
import { type SqlRefusalCode, SqlRefused } from "./refusal.ts";
import { beginAttempt, finishAttempt, type listAttempts } from "./statements.ts";

/** An attempt as the ledger has it. */
export type Attempt = RowOf<(typeof listAttempts)["row"]>;

/** What is known of an attempt while it goes on. */
export interface Note {
  readonly attemptId: string;
  readonly started: number;
  buildId?: string;
  estimate?: SqlEstimate;
  rows?: number;
  bytes?: number;
  truncated?: boolean;
}

interface Beginning {
  readonly attemptId: string;
  readonly asker: Asker;
  readonly kind: "QUERY" | "ESTIMATE" | "EXPLAIN";
  /** Without literals. */
  readonly kept: string;
  /** Not given of what was not understood. */
  readonly statement: Examined | undefined;
  readonly cancelKey: string | undefined;
}

const MAX_NAMES = 200;

/** Writes down who is about to ask what. What cannot be written down is not done: an error here ends the attempt. */
export async function beginning(control: Database, { attemptId, asker, kind, kept, statement, cancelKey }: Beginning): Promise<void> {
  await control.execute(beginAttempt, [
    attemptId, asker.actorId, asker.sessionId ?? null, asker.source, asker.audience.kind, [...asker.audience.vendorIds], kind, kept, hashOf(kept, statement?.fingerprint),
    statement?.tables.slice(0, MAX_NAMES) ?? [], statement?.columns.slice(0, MAX_NAMES) ?? [], cancelKey ?? null, asker.requestId?.slice(0, 200) ?? null,
  ]);
}

const STATE_OF: Readonly<Partial<Record<SqlRefusalCode, string>>> = { CANCELLED: "CANCELLED", TIMED_OUT: "TIMED_OUT", BAD_VALUE: "FAILED", TOO_LARGE: "FAILED" };

/** Writes down what came of it. */
export async function ending(control: Database, note: Note, error: unknown): Promise<void> {
  const state = error === undefined ? "DONE" : error instanceof SqlRefused ? (STATE_OF[error.refusal.code] ?? "REFUSED") : "FAILED";
  const reason = error === undefined ? null : error instanceof SqlRefused ? error.refusal.code : "INTERNAL";
  await control.execute(finishAttempt, [
    note.attemptId, state, reason, note.estimate?.amount ?? null, note.rows === undefined ? null : BigInt(note.rows), note.bytes === undefined ? null : BigInt(note.bytes),
    note.truncated ?? null, Math.round(performance.now() - note.started), note.buildId ?? null,
  ]);
}

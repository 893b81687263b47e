import type { Database, Tx } from "#platform/db/database.ts";
import { mergeVersions, OpenVersionMissing, preferIndexes, truncateVersions } from "../engines/postgres/mergeVersions.ts";
import type { ChangeStream } from "../extract/changeStream.ts";
import { ChangeCollector, TableNeedsCopy, type CapturedTable, type Chunk } from "./changeCollector.ts";
import { scrubErased } from "./scrubErased.ts";
import { lockRaw, saveState, type CaptureState } from "./state.ts";
import type { ChangeAt } from "./tableBatch.ts";

export interface Applied {
  /** Changes by raw table. */
  changes: Map<string, number>;
  transactions: number;
  state: CaptureState;
  /** Marks up to which raw is complete now. */
  barriers: readonly string[];
}

export interface ApplyInput {
  sink: Database;
  stream: ChangeStream;
  state: CaptureState;
  tables: ReadonlyMap<string, CapturedTable>;
  /** How long a pause of the stream is waited out so that more changes share a transaction, in ms. */
  lingerMs: number;
  /** Called after every commit. True ends the loop. */
  onApplied: (applied: Applied) => boolean;
}

/** Tells of erased people. */
const ERASURES = "users__erasures";

/** An idle stream's position is remembered so often: it lets the shop drop its WAL. */
const IDLE_MS = 10_000;

/**
 * Applies the stream to raw until `onApplied` says so. Changes and the position they reach are one transaction of the
 * warehouse; the shop is told only after its commit, and what it sends again is passed over.
 * @throws TableNeedsCopy when a table has to be copied before the stream can go on; StateMoved; what ended the stream
 */
export async function applyStream(input: ApplyInput): Promise<void> {
  let { state } = input;
  const collector = new ChangeCollector(input.stream, input.tables, { appliedPos: state.appliedPos, receivedLsn: state.receivedLsn, offset: state.posOffset });
  let savedAt = Date.now();
  for (;;) {
    const first = await collector.next(input.lingerMs, IDLE_MS);
    const idle = first.changes === 0 && first.barriers.length === 0;
    if (idle && (first.receivedLsn === state.receivedLsn || Date.now() - savedAt < IDLE_MS)) continue;
    const applied = await applyOne(input, collector, first, state);
    state = applied.state;
    savedAt = Date.now();
    input.stream.acknowledge(state.receivedLsn);
    if (input.onApplied(applied)) return;
  }
}

async function applyOne(input: ApplyInput, collector: ChangeCollector, first: Chunk, state: CaptureState): Promise<Applied> {
  const changes = new Map<string, number>();
  return input.sink.tx(async (tx) => {
    await lockRaw(tx, state.slotName, state);
    if (first.changes > 0) await preferIndexes(tx);
    let chunk = first;
    let last: ChangeAt | undefined;
    let transactions = 0;
    let replacePos: bigint | undefined;
    for (;;) {
      await applyChunk(tx, chunk, replacePos, changes);
      last = chunk.last ?? last;
      transactions += chunk.transactions;
      if (!chunk.open) break;
      replacePos = collector.openPos;
      chunk = await collector.next(0, 0);
    }
    // In the transaction that brings the erasure: nobody reads raw with the one and without the other.
    if (changes.has(ERASURES)) await scrubErased(tx, last?.pos ?? state.appliedPos, false);
    const streamed = last;
    if (chunk.barriers.length > 0) last = later(last, copyBeyond(input.tables, last?.pos ?? state.appliedPos));
    const next: CaptureState = {
      ...state,
      receivedLsn: chunk.receivedLsn,
      ...(last ? { appliedPos: last.pos, appliedCommittedAt: laterDate(state.appliedCommittedAt, new Date(last.committedAt)) } : {}),
    };
    await saveState(tx, next, last?.committedAt ?? "-infinity", chunk.markedAt ?? streamed?.committedAt);
    return { changes, transactions, state: next, barriers: chunk.barriers };
  });
}

async function applyChunk(tx: Tx, chunk: Chunk, replacePos: bigint | undefined, changes: Map<string, number>): Promise<void> {
  for (const [rawTable, batch] of chunk.batches) {
    try {
      await mergeVersions(tx, batch.table, batch.versions, batch.closes, replacePos);
    } catch (error) {
      if (error instanceof OpenVersionMissing) throw new TableNeedsCopy(rawTable, error.message);
      throw error;
    }
    changes.set(rawTable, (changes.get(rawTable) ?? 0) + batch.changes);
  }
  for (const table of chunk.truncated?.tables ?? []) {
    await truncateVersions(tx, table, chunk.truncated?.at.pos ?? 0n, chunk.truncated?.at.committedAt ?? "");
    changes.set(table.rawTable, (changes.get(table.rawTable) ?? 0) + 1);
  }
}

/** A table that was copied ahead of the stream counts as applied once the stream has come past its snapshot. */
function copyBeyond(tables: ReadonlyMap<string, CapturedTable>, appliedPos: bigint): ChangeAt | undefined {
  const copied = [...tables.values()].reduce((most, { copiedPos }) => (copiedPos > most ? copiedPos : most), -1n);
  return copied > appliedPos ? { pos: copied, committedAt: new Date().toISOString() } : undefined;
}

function later(left: ChangeAt | undefined, right: ChangeAt | undefined): ChangeAt | undefined {
  return right ?? left;
}

function laterDate(left: Date, right: Date): Date {
  return right > left ? right : left;
}

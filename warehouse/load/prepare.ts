import { randomBytes } from "node:crypto";
import type { Database, DatabaseConfig } from "#platform/db/database.ts";
import type { Log } from "#platform/log.ts";
import { ReplicationConnection, type SourceServer } from "#platform/db/replication.ts";
import { CaptureError } from "../extract/captureError.ts";
import { readPublication, type PublishedTable } from "../extract/publication.ts";
import { dropSlot, waitUntilFree, type SlotStatus } from "../extract/slot.ts";
import type { CapturedTable } from "./changeCollector.ts";
import { copyTables, type Copied } from "./copyTables.ts";
import { assertFollowable, compareSchemas, readStoredTables, shiftCopied, type StoredTable } from "./rawCatalog.ts";
import { scrubErased } from "./scrubErased.ts";
import { lockRaw, readState, saveState, type CaptureState } from "./state.ts";

export interface CaptureContext {
  source: Database;
  sink: Database;
  sourceConfig: DatabaseConfig;
  slotName: string;
  publication: string;
  slotPatienceMs: number;
  log: Log;
  onCopied: (table: string, rows: number, seconds: number) => void;
}

export interface Prepared {
  /** Ready to start streaming from `state.receivedLsn`. */
  connection: ReplicationConnection;
  state: CaptureState;
  tables: Map<string, CapturedTable>;
  /** Rows by raw table that a copy brought; empty when nothing was copied. */
  copied: Map<string, number>;
}

/**
 * Brings raw to where the stream can take over: checks that it is the same shop, holds the published schema against raw,
 * makes the slot with the first copy, makes it anew with a compared copy when it was lost, and copies what is new.
 * @param recopy raw tables that the stream could not go on with
 */
export async function prepare(context: CaptureContext, recopy: ReadonlySet<string>): Promise<Prepared> {
  const { source, sink, slotName } = context;
  const connection = await ReplicationConnection.open(context.sourceConfig);
  try {
    const server = await connection.identify();
    const state = await readState(sink, slotName);
    assertSameSource(state, server);
    const published = await readPublication(source, context.publication);
    const stored = await readStoredTables(sink);
    const drift = compareSchemas(published, stored);
    assertFollowable(drift);
    const slot = await waitUntilFree(source, slotName, context.slotPatienceMs);
    const loss = state && lossOf(state, slot, server);
    if (!state || loss !== undefined) {
      if (loss !== undefined) context.log.warn({ slot: slotName, reason: loss }, "the replication slot was lost: all tables are copied anew and compared, history is kept");
      return { connection, ...(await copyAll(context, connection, server, state, published, stored)) };
    }
    const wanted = published.filter(({ rawTable }) => recopy.has(rawTable) || drift.newTables.some((t) => t.rawTable === rawTable) || drift.widened.some(({ table }) => table.rawTable === rawTable));
    for (const { table, columns } of drift.widened) {
      context.log.warn({ table: table.rawTable, columns: columns.map(({ name }) => name) }, "the shop publishes new columns: raw takes them up");
    }
    const ahead = await keepAhead(context, state, stored);
    if (wanted.length === 0) return { connection, state: ahead, tables: captured(published, stored), copied: new Map() };
    return { connection, ...(await copySome(context, ahead, published, stored, wanted)) };
  } catch (error) {
    await connection.close();
    throw error;
  }
}

function identityOf(server: SourceServer): string {
  return `${server.systemId}/${server.database}`;
}

function assertSameSource(state: CaptureState | undefined, server: SourceServer): void {
  const identity = identityOf(server);
  if (state && state.sourceIdentity !== identity) {
    throw new CaptureError(
      "SOURCE_CHANGED",
      `raw holds the history of shop ${state.sourceIdentity}, but this shop is ${identity} (server/database): connect the shop that belongs to the warehouse, or use an empty warehouse`,
    );
  }
}

/** Why the slot cannot go on where raw ends, or undefined. */
export function lossOf(state: CaptureState, slot: SlotStatus, server: SourceServer): string | undefined {
  if (server.timeline !== state.timeline) return `the shop's server is on timeline ${server.timeline}, raw ends on ${state.timeline}`;
  if (server.flushedLsn < state.receivedLsn) return "the shop's server was put back to an earlier state";
  if (!slot.exists) return "the slot is gone";
  if (slot.walStatus === "lost" || slot.invalidationReason !== undefined) return `the server gave the slot up (${slot.invalidationReason ?? "WAL removed"})`;
  if (slot.confirmedLsn === undefined || slot.confirmedLsn > state.receivedLsn) return "the slot was moved on beyond what raw holds";
  return undefined;
}

async function copyAll(
  context: CaptureContext, connection: ReplicationConnection, server: SourceServer, state: CaptureState | undefined,
  published: readonly PublishedTable[], stored: ReadonlyMap<string, StoredTable>,
): Promise<Omit<Prepared, "connection">> {
  await dropSlot(context.source, context.slotName);
  const slot = await connection.createSlot(context.slotName, { temporary: false });
  try {
    // Positions never run backwards, also where a restored server counts from an earlier point again.
    const before = slot.consistentPoint - 1n;
    const least = state ? state.appliedPos + 1n : 0n;
    const posOffset = before + (state?.posOffset ?? 0n) >= least ? (state?.posOffset ?? 0n) : least - before;
    const pos = before + posOffset;
    const next: Omit<CaptureState, "appliedCommittedAt"> = {
      slotName: context.slotName, sourceIdentity: identityOf(server), appliedPos: pos, snapshotPos: pos,
      receivedLsn: slot.consistentPoint, timeline: server.timeline, posOffset,
    };
    const copied = await context.sink.tx(async (tx) => {
      await lockRaw(tx, context.slotName, state);
      const result = await copyTables(tx, { source: context.source, snapshot: slot.snapshot, pos, tables: published, stored, onCopied: context.onCopied });
      await scrubErased(tx, pos, true);
      await saveState(tx, next, result.takenAt, result.takenAt);
      return result;
    });
    return finish({ ...next, appliedCommittedAt: new Date(copied.takenAt) }, copied, published, stored, pos);
  } catch (error) {
    // a slot that nobody reads would hold the shop's WAL
    await dropSlot(context.source, context.slotName).catch(() => {});
    throw error;
  }
}

/**
 * Files that are taken in beside the shop are written at positions behind the last one. Should they have counted beyond what the
 * shop's log can have come to, its next changes would pass for known: from then on an offset keeps them ahead.
 */
async function keepAhead({ sink, slotName, log }: CaptureContext, state: CaptureState, stored: ReadonlyMap<string, StoredTable>): Promise<CaptureState> {
  const behind = state.appliedPos + 1n - (state.receivedLsn + state.posOffset);
  if (behind <= 0n) return state;
  const ahead: CaptureState = { ...state, posOffset: state.posOffset + behind };
  await sink.tx(async (tx) => {
    await lockRaw(tx, slotName, state);
    await shiftCopied(tx, behind);
    await saveState(tx, ahead, "-infinity");
  });
  // What was copied ahead of the stream stays as far ahead of it.
  for (const table of stored.values()) table.copiedPos += behind;
  log.info({ slot: slotName, offset: String(ahead.posOffset) }, "raw counted beyond the shop's log: positions go on behind it");
  return ahead;
}

/**
 * Tables that the stream cannot bring: copied on a snapshot of their own, from which on the stream takes over. Their
 * changes between what raw holds and that snapshot come as one step.
 */
async function copySome(
  context: CaptureContext, state: CaptureState, published: readonly PublishedTable[], stored: ReadonlyMap<string, StoredTable>, wanted: readonly PublishedTable[],
): Promise<Omit<Prepared, "connection">> {
  const connection = await ReplicationConnection.open(context.sourceConfig);
  try {
    const slot = await connection.createSlot(`${context.slotName.slice(0, 40)}_copy_${randomBytes(4).toString("hex")}`, { temporary: true });
    const pos = slot.consistentPoint - 1n + state.posOffset;
    const copied = await context.sink.tx(async (tx) => {
      await lockRaw(tx, context.slotName, state);
      const result = await copyTables(tx, { source: context.source, snapshot: slot.snapshot, pos, tables: wanted, stored, onCopied: context.onCopied });
      await scrubErased(tx, pos, true);
      return result;
    });
    return finish(state, copied, published, stored, pos);
  } finally {
    await connection.close();
  }
}

function finish(
  state: CaptureState, copied: Copied, published: readonly PublishedTable[], stored: ReadonlyMap<string, StoredTable>, pos: bigint,
): Omit<Prepared, "connection"> {
  const tables = captured(published, stored);
  for (const rawTable of copied.rows.keys()) {
    const table = tables.get(rawTable);
    if (table) table.copiedPos = pos;
  }
  return { state, tables, copied: copied.rows };
}

function captured(published: readonly PublishedTable[], stored: ReadonlyMap<string, StoredTable>): Map<string, CapturedTable> {
  return new Map(published.map((table) => [table.rawTable, { published: table, copiedPos: stored.get(table.rawTable)?.copiedPos ?? -1n }]));
}

import type { Reader, Tx } from "#platform/db/database.ts";
import { query } from "#platform/db/query.ts";
import { CaptureError } from "../extract/captureError.ts";

/** Where the loader stands, as the transaction that applied the changes left it. Positions are LSN + offset, LSNs the source's own. */
export interface CaptureState {
  slotName: string;
  sourceIdentity: string;
  appliedPos: bigint;
  appliedCommittedAt: Date;
  snapshotPos: bigint;
  receivedLsn: bigint;
  timeline: bigint;
  posOffset: bigint;
}

const listStates = query({
  name: "load.listCaptureStates",
  text: `select slot_name, source_identity, applied_pos, applied_committed_at, snapshot_pos, received_lsn, timeline, pos_offset
    from raw._capture_state`,
  params: [],
  row: {
    slot_name: "text", source_identity: "text", applied_pos: "int8", applied_committed_at: "timestamptz", snapshot_pos: "int8",
    received_lsn: "int8", timeline: "int8", pos_offset: "int8",
  },
  budget: { access: "scan", maxRows: 10 },
});

const countRawTables = query({
  name: "load.countRawTables",
  text: `select count(*) as tables from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    where n.nspname = 'raw' and c.relkind in ('r', 'p') and c.relname not like '\\_%'`,
  params: [],
  row: { tables: "int8" },
  budget: { access: "scan", maxRows: 1 },
});

const lock = query({
  name: "load.lockRaw",
  text: "select pg_catalog.pg_advisory_xact_lock(727002)::text as locked, pg_catalog.set_config('synchronous_commit', 'on', true) as kept",
  params: [],
  row: { locked: "text", kept: "text" },
  budget: { access: "write", maxRows: 1 },
});

const upsertState = query({
  name: "load.saveCaptureState",
  text: `
    insert into raw._capture_state as s (slot_name, source_identity, applied_pos, applied_committed_at, snapshot_pos, received_lsn, timeline, pos_offset, complete_at)
    values ($1, $2, $3, $4::text::timestamptz, $5, $6, $7, $8, $9::text::timestamptz)
    on conflict (slot_name) do update set applied_pos = excluded.applied_pos, snapshot_pos = excluded.snapshot_pos,
      applied_committed_at = greatest(s.applied_committed_at, excluded.applied_committed_at),
      received_lsn = excluded.received_lsn, timeline = excluded.timeline, pos_offset = excluded.pos_offset,
      complete_at = greatest(s.complete_at, excluded.complete_at), updated_at = now()`,
  params: ["text", "text", "int8", "text", "int8", "int8", "int8", "int8", "text?"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

/** The state under `slotName`. @throws CaptureError when raw is written through another slot, or holds tables of unknown origin. */
export async function readState(sink: Reader, slotName: string): Promise<CaptureState | undefined> {
  const rows = await sink.many(listStates, []);
  const other = rows.find((row) => row.slot_name !== slotName);
  if (other) throw new CaptureError("SOURCE_CHANGED", `raw is filled through replication slot ${other.slot_name}, not ${slotName}: use that slot, or an empty warehouse`);
  const row = rows[0];
  if (!row) {
    const { tables } = await sink.one(countRawTables, []);
    if (tables > 0n) throw new CaptureError("RAW_UNKNOWN", `raw holds ${tables} tables, but no state says where they come from: use an empty warehouse, or drop those tables`);
    return undefined;
  }
  return {
    slotName,
    sourceIdentity: row.source_identity,
    appliedPos: row.applied_pos,
    appliedCommittedAt: row.applied_committed_at,
    snapshotPos: row.snapshot_pos,
    receivedLsn: row.received_lsn,
    timeline: row.timeline,
    posOffset: row.pos_offset,
  };
}

/** The warehouse moved on under this loader: a commit whose answer was lost arrived late, or a second loader is at work. */
export class StateMoved extends Error {
  override readonly name = "StateMoved";
}

/**
 * Lets one writer at a time into raw, makes its commit durable before it is acknowledged, and holds the state
 * against what the writer believes: a loader that was killed may still have a commit under way.
 * @throws StateMoved
 */
export async function lockRaw(tx: Tx, slotName: string, expected: CaptureState | undefined): Promise<void> {
  await tx.one(lock, []);
  const actual = await readState(tx, slotName);
  if (actual?.appliedPos !== expected?.appliedPos || actual?.receivedLsn !== expected?.receivedLsn || actual?.timeline !== expected?.timeline || actual?.posOffset !== expected?.posOffset) {
    throw new StateMoved("another loader has moved the capture state");
  }
}

/**
 * `committedAt` is timestamptz text, which may be finer than a Date; the remembered time never runs backwards. Nor does
 * `completeAt`: everything that the shop had committed by then is in raw.
 */
export async function saveState(tx: Tx, state: Omit<CaptureState, "appliedCommittedAt">, committedAt: string, completeAt?: string): Promise<void> {
  await tx.execute(upsertState, [
    state.slotName, state.sourceIdentity, state.appliedPos, committedAt, state.snapshotPos, state.receivedLsn, state.timeline, state.posOffset, completeAt ?? null,
  ]);
}

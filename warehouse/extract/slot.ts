import type { Reader } from "#platform/db/database.ts";
import { sqlState } from "#platform/db/errors.ts";
import { parseLsn } from "#platform/db/lsn.ts";
import { query } from "#platform/db/query.ts";
import { CaptureError } from "./captureError.ts";

export interface SlotStatus {
  slotName: string;
  /** False when there is no such slot. */
  exists: boolean;
  /** A loader reads it right now, as this server process. */
  activePid: number | undefined;
  /** Bytes of WAL that the server keeps for it; undefined once they are lost. */
  retainedBytes: bigint | undefined;
  /** `reserved`, `extended`, `unreserved` or `lost`, as pg_replication_slots says. */
  walStatus: string | undefined;
  /** Why the server gave the slot up, where it did. */
  invalidationReason: string | undefined;
  /** Bytes of WAL beyond which the server gives a slot up (max_slot_wal_keep_size); undefined where it never does. */
  boundBytes: bigint | undefined;
  /** LSN up to which changes were confirmed. */
  confirmedLsn: bigint | undefined;
}

const findSlot = query({
  name: "extract.findSlot",
  text: `
    select active_pid::int4 as active_pid, wal_status, invalidation_reason, confirmed_flush_lsn::text as confirmed_lsn,
      pg_catalog.pg_wal_lsn_diff(pg_catalog.pg_current_wal_lsn(), restart_lsn)::int8 as retained_bytes,
      nullif(pg_catalog.pg_size_bytes(pg_catalog.current_setting('max_slot_wal_keep_size')), -1) as bound_bytes
    from pg_catalog.pg_replication_slots where slot_name = $1`,
  params: ["text"],
  row: { active_pid: "int4?", wal_status: "text?", invalidation_reason: "text?", confirmed_lsn: "text?", retained_bytes: "int8?", bound_bytes: "int8?" },
  budget: { access: "scan", maxRows: 1 },
});

const dropExisting = query({
  name: "extract.dropSlot",
  text: "select pg_catalog.pg_drop_replication_slot(slot_name)::text as dropped from pg_catalog.pg_replication_slots where slot_name = $1",
  params: ["text"],
  row: { dropped: "text" },
  budget: { access: "write", maxRows: 1 },
});

const emit = query({
  name: "extract.emitBarrier",
  text: `select pg_catalog.pg_logical_emit_message(false, $1, $2 || ' ' || (extract(epoch from pg_catalog.clock_timestamp()) * 1000)::int8, true)::text as lsn`,
  params: ["text", "text"],
  row: { lsn: "text" },
  budget: { access: "write", maxRows: 1 },
});

const BARRIER_PREFIX = "martgraph";
const BUSY_MS = 30_000;

export async function readSlotStatus(source: Reader, slotName: string): Promise<SlotStatus> {
  const row = await source.maybeOne(findSlot, [slotName]);
  return {
    slotName,
    exists: row !== undefined,
    activePid: row?.active_pid ?? undefined,
    retainedBytes: row?.retained_bytes ?? undefined,
    walStatus: row?.wal_status ?? undefined,
    invalidationReason: row?.invalidation_reason ?? undefined,
    boundBytes: row?.bound_bytes ?? undefined,
    confirmedLsn: row?.confirmed_lsn ? parseLsn(row.confirmed_lsn) : undefined,
  };
}

/**
 * Waits until nobody reads the slot: the server notices a killed loader only after a moment.
 * @throws CaptureError SLOT_BUSY after `patienceMs`.
 */
export async function waitUntilFree(source: Reader, slotName: string, patienceMs = BUSY_MS): Promise<SlotStatus> {
  const deadline = Date.now() + patienceMs;
  for (;;) {
    const status = await readSlotStatus(source, slotName);
    if (status.activePid === undefined) return status;
    if (Date.now() > deadline) {
      throw new CaptureError("SLOT_BUSY", `replication slot ${slotName} is read by another loader (server process ${status.activePid}): stop that one first`);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Drops the slot when it is there. */
export async function dropSlot(source: Reader, slotName: string): Promise<void> {
  for (let attempt = 0; ; attempt += 1) {
    await waitUntilFree(source, slotName);
    try {
      await source.maybeOne(dropExisting, [slotName]);
      return;
    } catch (error) {
      // object_in_use: somebody took it between the two calls
      if (sqlState(error) !== "55006" || attempt >= 5) throw error;
    }
  }
}

/**
 * Writes a mark into the shop's WAL. It comes through the slot behind every transaction that has committed
 * by now, so whoever has read up to it has read all of them; and it moves a slot on in which nothing happens.
 */
export async function emitBarrier(source: Reader, id: string): Promise<void> {
  await source.one(emit, [BARRIER_PREFIX, id]);
}

/** A mark and when the shop wrote it, or undefined for messages of others. */
export function readBarrier(message: { prefix: string; content: string }): { id: string; at: string } | undefined {
  const [id, millis] = message.prefix === BARRIER_PREFIX ? message.content.split(" ") : [];
  return id === undefined || !/^\d{1,14}$/.test(millis ?? "") ? undefined : { id, at: new Date(Number(millis)).toISOString() };
}

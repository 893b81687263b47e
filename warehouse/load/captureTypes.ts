import type { DatabaseConfig } from "#platform/db/database.ts";
import type { Log } from "#platform/log.ts";
import type { SlotStatus } from "../extract/slot.ts";

export type CaptureProgress =
  | { phase: "copy"; table: string; rows: number; seconds: number }
  | { phase: "stream"; changes: number; transactions: number; appliedPos: bigint };

export interface CaptureReport {
  /** Raw holds every transaction of the shop up to this position. */
  appliedPos: bigint;
  /** When the last of them committed. */
  committedAt: Date;
  /** Rows copied and changes applied, by raw table; tables without any are left out. */
  rowsByTable: Record<string, number>;
  transactions: number;
  seconds: number;
  /** Tables were copied on a snapshot: the first run, a lost slot, a new table or column. */
  snapshot: boolean;
}

export interface CaptureOptions {
  /** As martgraph_capture. */
  source: DatabaseConfig;
  /** As martgraph_loader. */
  sink: DatabaseConfig;
  /** One per warehouse: lower-case letters, digits, underscores. */
  slotName: string;
  publication?: string;
  /** How long a slot that another loader reads is waited for; 30 s where not given. */
  slotPatienceMs?: number;
  log: Log;
  onProgress?: (progress: CaptureProgress) => void;
}

export interface DriftReport {
  /** Taken up by the next catch-up as it is: tables, and columns as `schema.table.column`. */
  added: string[];
  /** What stops it, as sentences. */
  problems: string[];
}

/** Carries the shop's changes into raw. One at a time may read a slot. */
export interface Capture {
  /**
   * Applies everything that has committed in the shop by now, with the first copy when there is none.
   * Also works while `run` streams.
   * @throws CaptureError, or the connection's error; nothing is lost then, the next call goes on
   */
  catchUp(): Promise<CaptureReport>;
  /**
   * Reads past the log that holds no change of the shop, and applies nothing: for while a build reads raw. Does nothing while `run` streams.
   * @returns bytes of log that the shop's server need no longer keep @throws StateMoved, or the connection's error; nothing is lost then
   */
  passIdle(): Promise<bigint>;
  /** Streams until the signal; survives restarts of either database. @throws CaptureError when a person is needed. */
  run(signal: AbortSignal): Promise<void>;
  slotStatus(): Promise<SlotStatus>;
  /**
   * Accepts every SCHEMA_DRIFT: what raw cannot follow keeps its history as `<name>__until_<position>`, and the next
   * catch-up takes up what is published under the name now. @returns what was accepted, as sentences
   */
  acceptDrift(): Promise<string[]>;
  /** What the shop publishes otherwise than raw keeps it. Changes nothing. */
  drift(): Promise<DriftReport>;
  /**
   * Copies tables anew on a snapshot of their own, compared with raw, while shop and stream go on: equal rows stay as they are,
   * differing ones get a version. Also works while `run` streams. @param tables as `schema.table` @throws CaptureError NOT_PUBLISHED
   */
  resnapshot(tables: readonly string[]): Promise<CaptureReport>;
  close(): Promise<void>;
}

import { isConnectionError, sqlState } from "#platform/db/errors.ts";
import { CaptureError } from "../extract/captureError.ts";
import { TableNeedsCopy } from "./changeCollector.ts";
import { StateMoved } from "./state.ts";

/** The loader was told to stop. */
export class Stopped extends Error {
  override readonly name = "Stopped";
}

/** SQLSTATEs of START_REPLICATION: object_in_use, object_not_in_prerequisite_state. */
const SLOT_TAKEN = "55006";
const SLOT_GIVEN_UP = "55000";

/** Another look at slot and catalogue settles it: the session begins anew at once. */
export function startsOver(error: unknown): boolean {
  const state = sqlState(error);
  return error instanceof TableNeedsCopy || error instanceof StateMoved || state === SLOT_TAKEN || state === SLOT_GIVEN_UP;
}

/** A database is away or restarts: the stream is taken up again after a while. */
export function passesBy(error: unknown): boolean {
  return isConnectionError(error) || isConnectionError((error as { cause?: unknown }).cause) || startsOver(error);
}

/** The server's words for a lost slot, with what to do. */
export function explained(error: unknown, slotName: string): unknown {
  if (sqlState(error) !== SLOT_GIVEN_UP) return error;
  return new CaptureError("SLOT_LOST", `the shop's server gives replication slot ${slotName} up before raw has caught up (${(error as Error).message}): raise max_slot_wal_keep_size there`);
}

/** Resolves after `ms`, or at once when the signal comes. */
export function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(finish, ms);
    function finish() {
      clearTimeout(timer);
      signal?.removeEventListener("abort", finish);
      resolve();
    }
    signal?.addEventListener("abort", finish);
  });
}

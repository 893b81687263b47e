import type { Reader } from "#platform/db/database.ts";
import { query } from "#platform/db/query.ts";
import { readSlotStatus, type SlotStatus } from "../extract/slot.ts";

/** From this share of the bound on a person is told: time enough to start what stands still. */
export const WARN_SHARE = 0.5;

export type CaptureVerdict = "FOLLOWS" | "FALLS_BEHIND" | "LOST";

/** How change capture stands between shop and warehouse. */
export interface CaptureHealth {
  verdict: CaptureVerdict;
  /** For a person; with what to do where something has to be done. */
  message: string;
  slotName: string;
  /** Raw holds everything of the shop up to this position. */
  appliedPos: bigint;
  /** Bytes of WAL that the shop's server keeps for the slot; undefined once they are lost. */
  retainedBytes: number | undefined;
  /** max_slot_wal_keep_size; undefined where it has no bound. */
  boundBytes: number | undefined;
  /** Everything that the shop committed by then is in raw: what is older is not late. */
  completeAt: Date;
  lagSeconds: number;
}

const readState = query({
  name: "load.readCaptureHealth",
  text: `select slot_name, applied_pos, coalesce(complete_at, applied_committed_at) as complete_at,
      greatest(0, extract(epoch from clock_timestamp() - coalesce(complete_at, applied_committed_at)))::float8 as lag_seconds
    from raw._capture_state order by updated_at desc limit 1`,
  params: [],
  row: { slot_name: "text", applied_pos: "int8", complete_at: "timestamptz", lag_seconds: "float8" },
  budget: { access: "scan", maxRows: 1 },
});

/** Undefined before the first copy. `shop` and `warehouse` may be any role that may log in to them and read raw. */
export async function readCaptureHealth(shop: Reader, warehouse: Reader): Promise<CaptureHealth | undefined> {
  const state = await warehouse.maybeOne(readState, []);
  if (!state) return undefined;
  const slot = await readSlotStatus(shop, state.slot_name);
  const number = (bytes: bigint | undefined) => (bytes === undefined ? undefined : Math.max(0, Number(bytes)));
  return {
    ...judgeSlot(slot), slotName: state.slot_name, appliedPos: state.applied_pos,
    retainedBytes: number(slot.retainedBytes), boundBytes: number(slot.boundBytes), completeAt: state.complete_at, lagSeconds: state.lag_seconds,
  };
}

const COPIES = "Nothing is lost: the next run of the pipeline copies the shop anew and compares it with raw; the history of each row stays, and what happened to it in between shows as one step.";

/** What a slot's state means for the warehouse. Pure. */
export function judgeSlot({ slotName, exists, walStatus, invalidationReason, retainedBytes, boundBytes }: SlotStatus): { verdict: CaptureVerdict; message: string } {
  if (!exists) return { verdict: "LOST", message: `Replication slot ${slotName} is gone from the shop's server. ${COPIES}` };
  if (walStatus === "lost" || invalidationReason !== undefined) {
    return { verdict: "LOST", message: `The shop's server gave replication slot ${slotName} up (${invalidationReason ?? "wal_removed"}). ${COPIES} Raise max_slot_wal_keep_size there if that happens again.` };
  }
  const kept = Number(retainedBytes ?? 0n);
  const bound = boundBytes === undefined ? undefined : Number(boundBytes);
  const of = bound === undefined ? "without a bound" : `of ${megabytes(bound)}`;
  const isNear = walStatus === "unreserved" || (bound !== undefined && kept >= bound * WARN_SHARE);
  if (isNear) {
    return {
      verdict: "FALLS_BEHIND",
      message: `Replication slot ${slotName} makes the shop's server keep ${megabytes(kept)} of WAL ${of} (max_slot_wal_keep_size), beyond which it is given up and the shop is copied anew: run martgraph pipeline run, and see with martgraph pipeline status why nothing took the changes.`,
    };
  }
  return { verdict: "FOLLOWS", message: `slot ${slotName} holds ${megabytes(kept)} of WAL ${of}` };
}

const megabytes = (bytes: number) => `${(bytes / 1_048_576).toFixed(bytes < 10_485_760 ? 1 : 0)} MB`;

import { randomUUID } from "node:crypto";
import { ReplicationConnection } from "#platform/db/replication.ts";
import { ChangeStream, type StreamItem } from "../extract/changeStream.ts";
import { emitBarrier, readBarrier, readSlotStatus } from "../extract/slot.ts";
import { lossOf, type CaptureContext } from "./prepare.ts";
import { lockRaw, readState, saveState } from "./state.ts";

/** Beyond so long without a word there is nothing more to pass for now. */
const PATIENCE_MS = 30_000;

/**
 * Reads past what the shop's server wrote to its log without a change of the shop, so that the server can let go of it: where
 * shop and warehouse share a server, a build writes gigabytes there. Stops before the first transaction with changes and applies
 * nothing: raw holds what it held, for builds that read it at the same time.
 * @returns bytes of log that were passed; 0n where there is no copy yet, or somebody else reads the slot, or the slot is lost, which the next catch-up deals with
 * @throws StateMoved, or the connection's error; nothing is lost then
 */
export async function passIdle({ source, sink, sourceConfig, slotName, publication }: CaptureContext): Promise<bigint> {
  const state = await readState(sink, slotName);
  if (!state) return 0n;
  const connection = await ReplicationConnection.open(sourceConfig);
  let stream: ChangeStream | undefined;
  try {
    const slot = await readSlotStatus(source, slotName);
    if (slot.activePid !== undefined || lossOf(state, slot, await connection.identify()) !== undefined) return 0n;
    stream = await ChangeStream.open(connection, slotName, publication, state.receivedLsn);
    const id = randomUUID();
    await emitBarrier(source, id);
    const passed = await passUntil(stream, id, state.receivedLsn);
    if (passed === state.receivedLsn) return 0n;
    await sink.tx(async (tx) => {
      await lockRaw(tx, slotName, state);
      await saveState(tx, { ...state, receivedLsn: passed }, "-infinity");
    });
    stream.acknowledge(passed);
    return passed - state.receivedLsn;
  } finally {
    await (stream ?? connection).close();
  }
}

/** How far the stream goes without a transaction: up to the mark, at most. */
async function passUntil(stream: ChangeStream, id: string, from: bigint): Promise<bigint> {
  let passed = from;
  for (;;) {
    const item = stream.take();
    if (item === undefined) {
      const asked = Date.now();
      await stream.readable(PATIENCE_MS);
      if (Date.now() - asked >= PATIENCE_MS) return passed;
      continue;
    }
    const at = emptyUntil(item);
    if (at > passed) passed = at;
    if (!goesOn(item) || (item.kind === "message" && readBarrier(item)?.id === id)) return passed;
  }
}

/** Up to where the log is known to hold no change. Transactions come in the order of their commits, whenever they began. */
function emptyUntil(item: StreamItem): bigint {
  if (item.kind === "keepalive") return item.walEnd;
  if (item.kind === "begin") return item.commitLsn - 1n;
  return item.kind === "message" && !item.transactional ? item.lsn : 0n;
}

function goesOn(item: StreamItem): boolean {
  return item.kind === "keepalive" || (item.kind === "message" && !item.transactional);
}

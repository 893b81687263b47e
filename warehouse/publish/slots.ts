/** The two places a build can stand in: one is published, the other is where the next build is made. */
export type Slot = "a" | "b";

export const SLOTS: readonly Slot[] = ["a", "b"];

export function otherSlot(slot: Slot): Slot {
  return slot === "a" ? "b" : "a";
}

/** Advisory lock of the one pipeline that may run on a warehouse. Session level, exclusive. */
export const PIPELINE_LOCK_KEY = 727_010;

/**
 * Advisory lock of a slot's tables. Whoever reads a slot through the pointer holds it shared for the length of the
 * transaction and looks at the pointer again once it is held; a build holds it exclusively while it writes. So a build
 * waits for the last reader of the build that stood there before.
 */
export function slotLockKey(slot: Slot): number {
  return slot === "a" ? 727_011 : 727_012;
}

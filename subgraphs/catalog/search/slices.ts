import { setImmediate } from "node:timers/promises";

/** How long other requests may have to wait for work that is done beside them. */
const SLICE_MS = 8;

/** Work in slices: `pause` lets others on as soon as a slice is over, and is free until then. */
export function slices(): { pause(): Promise<void> | undefined } {
  let began = performance.now();
  return {
    pause() {
      if (performance.now() - began < SLICE_MS) return undefined;
      return setImmediate().then(() => { began = performance.now(); });
    },
  };
}

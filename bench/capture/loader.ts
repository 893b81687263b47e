import { on } from "node:events";
import { splitProcessSettings } from "#platform/config.ts";
import { silentLog } from "#platform/log.ts";
import { createCapture } from "#warehouse/load/capture.ts";
import type { CaptureOptions } from "#warehouse/load/captureTypes.ts";

/** What the loader says once raw has caught up: the most memory that it has held, in MB. */
export interface Told { peakRssMb: number }

/** A loader and nothing else: streams, and for each message catches up and says what it took. "stop" ends it. */
const capture = createCapture({ ...splitProcessSettings<Pick<CaptureOptions, "source" | "sink" | "slotName">>(), log: silentLog });
const stop = new AbortController();
const running = capture.run(stop.signal);
for await (const [message] of on(process, "message") as AsyncIterableIterator<[string]>) {
  if (message === "stop") break;
  await capture.catchUp();
  const told: Told = { peakRssMb: Math.round((process.resourceUsage().maxRSS * 1024) / 1e6) };
  process.send?.(told);
}
stop.abort();
await running;
await capture.close();
process.disconnect();

import { splitProcessSettings } from "#platform/config.ts";
import { silentLog } from "#platform/log.ts";
import { createCapture } from "../capture.ts";
import type { CaptureOptions } from "../captureTypes.ts";

/** A loader of its own, for tests that kill it: streams until it is killed. Says "streaming" once raw was caught up. */
const settings = splitProcessSettings<Pick<CaptureOptions, "source" | "sink" | "slotName">>();
const capture = createCapture({ ...settings, log: silentLog });
const running = capture.run(new AbortController().signal);
await Promise.race([running, capture.catchUp().then(() => process.stdout.write("streaming\n"), () => {})]);
await running;

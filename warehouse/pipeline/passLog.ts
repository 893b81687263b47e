import type { PipelineDeps } from "./types.ts";

const EVERY_MS = 30_000;

/**
 * While a build goes on, has capture pass the log that holds nothing of the shop. Where shop and warehouse share a server the log holds
 * what the build writes, and a large build would make the server give the slot up before the next run reads on. Looks that fail are left
 * to the next; the run is none the worse for them.
 * @returns what ends it, once the look under way is over
 */
export function passLog({ capture, log }: Pick<PipelineDeps, "capture" | "log">, everyMs = EVERY_MS): () => Promise<void> {
  let looking: Promise<void> | undefined;
  const look = async (): Promise<void> => {
    try {
      const bytes = await capture.passIdle();
      if (bytes > 0n) log.debug({ bytes: Number(bytes) }, "passed the log of a build");
    } catch (error) {
      log.warn({ error }, "the log of a build could not be passed: the next look tries again");
    } finally {
      looking = undefined;
    }
  };
  const timer = setInterval(() => { looking ??= look(); }, everyMs);
  timer.unref();
  return async () => {
    clearInterval(timer);
    await looking;
  };
}

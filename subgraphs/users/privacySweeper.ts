import { sweepPrivacy } from "./commands/writeDataExports.ts";

export interface PrivacySweeper {
  /** Looks now, and once more when it is at it already. */
  wake(): void;
  /** Waits for what is under way. */
  stop(): Promise<void>;
}

/** Looks after copies of people's data and erasures, every so many seconds and when it is woken; only when woken for 0. */
export function privacySweeper(parts: Parameters<typeof sweepPrivacy>[0], seconds: number): PrivacySweeper {
  let running: Promise<void> | undefined;
  let isWanted = false;
  let isOver = false;
  const wake = () => {
    if (isOver) return;
    isWanted = true;
    running ??= (async () => {
      while (isWanted && !isOver) {
        isWanted = false;
        await sweepPrivacy(parts).catch((error: unknown) => parts.log.warn({ error }, "copies of people's data and erasures could not be looked after"));
      }
    })().finally(() => { running = undefined; });
  };
  const timer = seconds > 0 ? setInterval(wake, seconds * 1000).unref() : undefined;
  return {
    wake,
    async stop() {
      isOver = true;
      clearInterval(timer);
      await running;
    },
  };
}

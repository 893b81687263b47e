import type { Clocks } from "#platform/clock.ts";
import type { Database } from "#platform/db/database.ts";
import type { Log } from "#platform/log.ts";
import { sweepPlans } from "./sweepPlans.ts";

const EVERY_MS = 1_000;

/** Carries out what is planned, each second, one sweep at a time. `close` waits for the one under way. */
export function followPlans({ db, clocks, log }: { db: Database; clocks: Clocks; log: Log }): { close(): Promise<void> } {
  let running: Promise<void> | undefined;
  const sweep = (): void => {
    running ??= sweepPlans({ db, clocks })
      .then((changed) => { if (changed > 0) log.info({ changed }, "products went on sale or left it as planned"); })
      .catch((error: unknown) => log.warn({ error }, "what is planned for products could not be carried out; it is tried again"))
      .finally(() => { running = undefined; });
  };
  const timer = setInterval(sweep, EVERY_MS).unref();
  return {
    async close() {
      clearInterval(timer);
      await running;
    },
  };
}

import type { Database } from "#platform/db/database.ts";
import { query } from "#platform/db/query.ts";
import type { Log } from "#platform/log.ts";

/** Where loops sleep until somebody rings, or until their time is up. A ring while nobody sleeps is kept for the next. */
export class Alarm {
  #rung = false;
  #wake: (() => void) | undefined;

  ring(): void {
    this.#rung = true;
    this.#wake?.();
  }

  async sleep(ms: number): Promise<void> {
    if (!this.#rung) {
      let timer: NodeJS.Timeout | undefined;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
        timer = setTimeout(resolve, ms);
      });
      clearTimeout(timer);
      this.#wake = undefined;
    }
    this.#rung = false;
  }
}

const setBell = query({
  name: "relay.setBell",
  text: "update platform.relay_bell b set is_wanted = $1 where b.is_wanted <> $1",
  params: ["bool"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

/** Tells writers whether somebody sleeps and wants to be woken. */
export async function wantBell(db: Database, isWanted: boolean): Promise<void> {
  await db.execute(setBell, [isWanted]);
}

const RECONNECT_MS = 1_000;

/** Rings whenever a writer does, until the signal; connects again when the connection is lost. */
export async function listenForWriters(db: Database, alarm: Alarm, signal: AbortSignal, log: Log): Promise<void> {
  while (!signal.aborted) {
    try {
      await db.session(async (session, client) => {
        const ring = () => alarm.ring();
        client.on("notification", ring);
        try {
          await session.raw("listen martgraph_outbox");
          // Something may have been written while nobody listened.
          ring();
          await new Promise<void>((resolve) => {
            client.once("end", resolve);
            client.once("error", () => resolve());
            if (signal.aborted) resolve();
            else signal.addEventListener("abort", () => resolve(), { once: true });
          });
          if (signal.aborted) await session.raw("unlisten *");
        } finally {
          client.off("notification", ring);
        }
      });
    } catch (error) {
      if (!signal.aborted) log.warn({ error }, "the relay cannot listen to the outbox; it polls until it can");
    }
    if (!signal.aborted) await new Promise((done) => setTimeout(done, RECONNECT_MS));
  }
}

import type { Log } from "./log.ts";

interface Closer {
  name: string;
  close: () => Promise<void>;
}

/**
 * What a process has opened, closed in the opposite order. A part that does not close in time is reported and left, so that
 * one stuck part never keeps the others from closing.
 */
export class Lifecycle {
  readonly #log: Log;
  readonly #closers: Closer[] = [];
  #closing: Promise<void> | undefined;
  readonly #abort = new AbortController();

  constructor(log: Log) {
    this.#log = log;
  }

  /** Aborted when closing begins: long work stops on it. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  onClose(name: string, close: () => Promise<void>): void {
    this.#closers.push({ name, close });
  }

  /** Closes everything; calling it again waits for the same closing. */
  close(timeoutMs = 15_000): Promise<void> {
    this.#closing ??= this.#closeAll(timeoutMs);
    return this.#closing;
  }

  async #closeAll(timeoutMs: number): Promise<void> {
    this.#abort.abort(new Error("shutting down"));
    for (const { name, close } of this.#closers.toReversed()) {
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<"late">((done) => { timer = setTimeout(() => done("late"), timeoutMs); });
      const outcome = await Promise.race([close().then(() => "closed" as const, (error: unknown) => error), late]);
      clearTimeout(timer);
      if (outcome === "late") this.#log.warn({ part: name, timeoutMs }, "did not close in time");
      else if (outcome !== "closed") this.#log.warn({ part: name, error: outcome }, "failed to close");
    }
  }
}

import type { Viewer } from "#kit/viewer.ts";

/** A running answer that later, equal requests may join. */
interface Running<T> { answer: Promise<T>; abort: AbortController; waiting: number }

/**
 * Lets equal queries of one identity that are in progress at the same time share one answer. A query never joins one that
 * began before a change was made through this gateway, so a client always reads what it wrote.
 */
export class Coalescer<T> {
  readonly #running = new Map<string, Running<T>>();
  #epoch = 0;

  /** To be called when a mutation begins and again when it ends. */
  changed(): void {
    this.#epoch += 1;
  }

  /** Runs, or joins the equal run in progress. A run is aborted when every client that waits for it has gone. */
  async share(key: string, gone: AbortSignal, run: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const now = `${this.#epoch}|${key}`;
    let running = this.#running.get(now);
    if (!running) {
      const abort = new AbortController();
      running = { answer: run(abort.signal).finally(() => this.#running.delete(now)), abort, waiting: 0 };
      this.#running.set(now, running);
    }
    const joined = running;
    joined.waiting += 1;
    const leave = (): void => {
      joined.waiting -= 1;
      if (joined.waiting > 0) return;
      this.#running.delete(now);
      joined.abort.abort(new Error("every client went away"));
    };
    if (gone.aborted) leave();
    else gone.addEventListener("abort", leave, { once: true });
    try {
      return await joined.answer;
    } finally {
      gone.removeEventListener("abort", leave);
    }
  }
}

/** Equal for viewers that see the same: nothing of an answer depends on more of the token. */
export function identityOf(viewer: Viewer): string {
  return [viewer.userId, viewer.roles, viewer.vendorIds, viewer.permissions, viewer.sessionId, viewer.authenticatedAt, viewer.methods].map((part) => part ?? "").join("|");
}

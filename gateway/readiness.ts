import type { Transport } from "./fetch/source.ts";

const FRESH_MS = 1_000;

/** Asks every subgraph at most once a second, however often a supervisor asks. Rejects while one cannot answer. */
export function readiness(transports: readonly Transport[]): () => Promise<void> {
  let asked: Promise<void> | undefined;
  let askedAt = 0;
  return () => {
    const now = performance.now();
    if (!asked || now - askedAt > FRESH_MS) {
      askedAt = now;
      asked = Promise.all(transports.map((transport) => transport.ready())).then(() => {});
      // Whoever asked sees the rejection; without anybody waiting it must not end the process.
      asked.catch(() => {});
    }
    return asked;
  };
}

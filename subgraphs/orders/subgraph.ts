import { defineSubgraph, type Subgraph } from "#kit/subgraph.ts";
import { sweepCarts } from "./commands/sweepCarts.ts";
import { sweepHolds } from "./commands/sweepHolds.ts";
import { sweepUnfinished } from "./commands/sweepUnfinished.ts";
import type { OrdersParts } from "./context.ts";
import { guards } from "./guards.ts";
import { makeLoaders } from "./loaders.ts";
import { createParts, type PartsGiven } from "./parts.ts";
import { resolvers } from "./resolvers/resolvers.ts";

export interface OrdersDeps extends PartsGiven {
  /** How often unfinished purchases and cancellations are looked for; 0 never. */
  readonly sweepSeconds?: number;
}

const SWEEP_SECONDS = 15;

/** Carts, checkout, orders, cancellations. The database stays its caller's to close. */
export async function createOrdersSubgraph({ sweepSeconds = SWEEP_SECONDS, ...given }: OrdersDeps): Promise<Subgraph> {
  const parts = createParts(given);
  const sweeper = sweepSeconds > 0 ? startSweeper(parts, sweepSeconds) : undefined;
  return defineSubgraph({
    name: "orders",
    deps: parts,
    resolvers,
    guards,
    makeLoaders,
    ready: () => parts.db.ping(),
    close: async () => sweeper?.stop(),
  });
}

/** One sweep at a time; stopping waits for the one that runs. */
function startSweeper(parts: OrdersParts, seconds: number): { stop(): Promise<void> } {
  let running: Promise<unknown> | undefined;
  const timer = setInterval(() => {
    running ??= Promise.all([sweepUnfinished(parts), sweepCarts(parts), sweepHolds(parts)])
      .catch((error: unknown) => parts.log.warn({ error }, "unfinished purchases, unused carts and forgotten holds could not be looked for"))
      .finally(() => { running = undefined; });
  }, seconds * 1000).unref();
  return {
    async stop() {
      clearInterval(timer);
      await running;
    },
  };
}

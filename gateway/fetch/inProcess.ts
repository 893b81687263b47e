import { subgraphExecutor } from "#kit/execute.ts";
import type { Subgraph } from "#kit/subgraph.ts";
import type { Log } from "#platform/log.ts";
import type { Transport } from "./source.ts";

/** Reaches a subgraph that lives in this process: its guarded schema is executed directly, nothing is serialised. */
export function inProcessTransport(subgraph: Subgraph, log: Log, options: { compile?: boolean } = {}): Transport {
  const run = subgraphExecutor(subgraph, log, options);
  return {
    fetch: (call) => run(call),
    ready: () => subgraph.ready(),
    // Whoever made the subgraph closes it: it may serve others too.
    close: async () => {},
  };
}

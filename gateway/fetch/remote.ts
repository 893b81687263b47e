import { Pool } from "undici";
import type { SubgraphAnswer } from "#kit/execute.ts";
import { HOP_HEADER, hopSigner } from "#kit/hop.ts";
import type { HopKey } from "#kit/hop.ts";
import { SubgraphUnavailable } from "./source.ts";
import type { Transport } from "./source.ts";

export interface RemoteOptions {
  subgraph: string;
  /** The fetch address of the subgraph's process, `http://host:port/graphql`. */
  endpoint: string;
  hopKey: HopKey;
  connections?: number;
}

/** Bytes of one answer; more would be a defect of a subgraph, and must not fill our memory. */
const MAX_ANSWER = 32_000_000;

/**
 * Reaches a subgraph over HTTP: one pool of kept connections, a signed envelope, one buffer in and one JSON.parse out. Rejects
 * with {@link SubgraphUnavailable} when there is no usable answer. Nothing is retried: a connection that broke may have carried a change.
 */
export function remoteTransport({ subgraph, endpoint, hopKey, connections = 64 }: RemoteOptions): Transport {
  const { origin, pathname } = new URL(endpoint);
  const sign = hopSigner(subgraph, hopKey);
  // Kept shorter than the subgraph keeps them (75 s), or one may be reused while it is being closed.
  const pool = new Pool(origin, { connections, keepAliveTimeout: 30_000, keepAliveMaxTimeout: 60_000, maxResponseSize: MAX_ANSWER, connect: { timeout: 2_000 } });

  return {
    async fetch({ query, operationName, variables, request }, deadlineMs) {
      const body = JSON.stringify({ query, operationName, variables });
      const envelope = sign({ body, viewer: request.viewer, requestId: request.requestId, deadlineMs, fresh: request.fresh, client: request.client });
      let status: number;
      let text: string;
      try {
        const response = await pool.request({
          path: pathname, method: "POST", body, signal: request.signal, headersTimeout: deadlineMs + 1_000, bodyTimeout: deadlineMs + 1_000,
          headers: { "content-type": "application/json", [HOP_HEADER]: envelope },
        });
        status = response.statusCode;
        text = await response.body.text();
      } catch (error) {
        throw new SubgraphUnavailable(`no answer from ${subgraph}`, { cause: error });
      }
      if (status !== 200) throw new SubgraphUnavailable(`${subgraph} answered ${status}`);
      try {
        return JSON.parse(text) as SubgraphAnswer;
      } catch (error) {
        throw new SubgraphUnavailable(`${subgraph} answered no JSON`, { cause: error });
      }
    },
    async ready() {
      const response = await pool.request({ path: "/readyz", method: "GET", headersTimeout: 2_000, bodyTimeout: 2_000 });
      await response.body.dump();
      if (response.statusCode !== 200) throw new SubgraphUnavailable(`${subgraph} is not ready`);
    },
    close: () => pool.close(),
  };
}

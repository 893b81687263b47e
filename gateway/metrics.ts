import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from "prom-client";

export interface Metrics {
  /** One answered HTTP request for GraphQL. */
  answered(status: number, outcome: string, seconds: number): void;
  /** One fetch from a subgraph. */
  fetched(subgraph: string, outcome: string, seconds: number): void;
  refused(code: string): void;
  inFlight(count: number): void;
  /** The Prometheus text. */
  text(): Promise<string>;
  readonly contentType: string;
}

const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20];

/** Own registry per gateway, so that two in one process (tests) do not share counts. Labels are closed sets: no client text ever becomes one. `beside` may fail: its part is missing then. */
export function gatewayMetrics(beside?: () => Promise<string>): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const requests = new Histogram({ name: "martgraph_gateway_request_seconds", help: "GraphQL requests answered", labelNames: ["status", "outcome"], buckets: BUCKETS, registers });
  const fetches = new Histogram({ name: "martgraph_gateway_fetch_seconds", help: "Fetches from subgraphs", labelNames: ["subgraph", "outcome"], buckets: BUCKETS, registers });
  const refusals = new Counter({ name: "martgraph_gateway_refusals_total", help: "Requests refused before execution, by code", labelNames: ["code"], registers });
  const inFlight = new Gauge({ name: "martgraph_gateway_in_flight", help: "GraphQL requests in progress", registers });
  // Looking a label set up costs more than counting; there are few of them.
  const children = new Map<string, { observe(seconds: number): void }>();
  const observe = (histogram: Histogram, seconds: number, first: string, second: string): void => {
    const key = `${first}|${second}`;
    let child = children.get(key);
    if (!child) children.set(key, (child = histogram.labels(first, second)));
    child.observe(seconds);
  };
  return {
    answered: (status, outcome, seconds) => observe(requests, seconds, String(status), outcome),
    fetched: (subgraph, outcome, seconds) => observe(fetches, seconds, subgraph, outcome),
    refused: (code) => refusals.inc({ code }),
    inFlight: (count) => inFlight.set(count),
    text: async () => (await registry.metrics()) + (beside ? await beside().catch(() => "") : ""),
    contentType: registry.contentType,
  };
}

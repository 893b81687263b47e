/** CPU-ms of Node and of PostgreSQL per request. */
interface Reference { name: string; node: number; postgres: number; note?: string }

interface Expectation {
  /** Node and PostgreSQL together, through the gateway with all rules on. */
  goal: number;
  elsewhere: readonly Reference[];
}

/**
 * Measured elsewhere on such a machine (Node 22, PostgreSQL, two cores): Vendure 3.7 and Medusa 2.21, each with its own storefront
 * API for the same operation. Vendure's list is the products query with variants, in brackets its search index; its search ran on 54
 * products, ours runs on 1,000.
 */
export const EXPECTED: Readonly<Record<string, Expectation>> = {
  list: { goal: 0.8, elsewhere: [{ name: "Vendure 3.7", node: 28.8, postgres: 38.6 }, { name: "its search index", node: 2.8, postgres: 5.3 }, { name: "Medusa 2.21", node: 50, postgres: 6 }] },
  detail: { goal: 1, elsewhere: [{ name: "Vendure 3.7", node: 9.6, postgres: 8.5 }, { name: "Medusa 2.21", node: 93, postgres: 10 }] },
  search: { goal: 1.5, elsewhere: [{ name: "Vendure 3.7, 54 products", node: 5.1, postgres: 10.6 }] },
  cart: { goal: 0.5, elsewhere: [{ name: "Vendure 3.7", node: 3.1, postgres: 1.9 }] },
  add: { goal: 2.5, elsewhere: [{ name: "Vendure 3.7", node: 16.3, postgres: 11.5 }] },
  checkout: { goal: 12, elsewhere: [{ name: "Vendure 3.7, 270 statements", node: 81, postgres: 56 }, { name: "Medusa 2.21", node: 517, postgres: 91 }] },
};

export interface Measured {
  operation: string;
  runs: number;
  errors: number;
  firstError?: string | undefined;
  /** Per run; undefined where processes cannot be looked into. */
  cpuMs: { node: number; postgres: number } | undefined;
  /** Statements per run, `begin` and `commit` included; undefined for another server than ours. */
  statements: number | undefined;
  /** What those statements were, for --statements. */
  byName?: Readonly<Record<string, number>> | undefined;
  /** Runs in progress while CPU was measured, and how many of them ended a second. */
  atOnce: number;
  perSecond: number;
  /** Runs begun a second while latency was measured. */
  rate: number;
  reachedRate: number;
  latencyMs: { p50: number; p95: number; p99: number };
  bytes: number;
}

export function percentiles(latencies: readonly number[]): Measured["latencyMs"] {
  const sorted = [...latencies].sort((a, b) => a - b);
  const of = (share: number) => round(sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN);
  return { p50: of(0.5), p95: of(0.95), p99: of(0.99) };
}

export const round = (value: number): number => Math.round(value * 1000) / 1000;

/** `ours` puts the goals and what others need beside the figures; another server is not held to them. */
export function asText(all: readonly Measured[], ours: boolean): string {
  const lines = [
    "operation   Node + PostgreSQL =  CPU-ms   goal   statements   p50 / p95 / p99 ms at rate       bytes  errors   elsewhere (Node + PostgreSQL)",
    ...all.map((one) => {
      const { cpuMs } = one;
      const expected = ours ? EXPECTED[one.operation] : undefined;
      const sum = cpuMs && cpuMs.node + cpuMs.postgres;
      const best = expected && Math.min(...expected.elsewhere.map(({ node, postgres }) => node + postgres));
      return [
        one.operation.padEnd(10),
        cpuMs ? `${cpuMs.node.toFixed(2).padStart(6)} + ${cpuMs.postgres.toFixed(2).padStart(6)}   = ${(sum ?? 0).toFixed(2).padStart(8)}` : "no /proc here".padStart(29),
        (expected ? `<= ${expected.goal}` : "").padStart(8),
        (one.statements === undefined ? "-" : one.statements.toFixed(1)).padStart(8),
        `${one.latencyMs.p50.toFixed(1)} / ${one.latencyMs.p95.toFixed(1)} / ${one.latencyMs.p99.toFixed(1)} at ${one.reachedRate.toFixed(0)}/s`.padStart(32),
        String(Math.round(one.bytes)).padStart(10),
        String(one.errors).padStart(6),
        expected ? `  ${expected.elsewhere.map((other) => `${other.name} ${other.node} + ${other.postgres}`).join("; ")}${sum && best ? `; ours is ${(best / sum).toFixed(1)} times cheaper than the best of them` : ""}` : "",
      ].join(" ");
    }),
  ];
  for (const { operation, firstError } of all) if (firstError !== undefined) lines.push(`  ${operation}: ${firstError}`);
  return lines.join("\n");
}

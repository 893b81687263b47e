import { randomUUID } from "node:crypto";
import { expect } from "vitest";
import { type Data, type Ended, lastLine, martgraph, type StartedProduct } from "./startedProduct.ts";

/** Decimals as whole millionths: their sums are exact. */
export const exact = (text: string | null | undefined): bigint => {
  const [, sign, whole, part = ""] = /^(-?)(\d+)(?:\.(\d{1,6}))?$/.exec(text ?? "0") ?? [];
  if (whole === undefined) throw new Error(`"${text}" is no decimal of six places`);
  return BigInt(`${sign}${whole}${part.padEnd(6, "0")}`);
};
export const ONE = exact("1");

/** `martgraph pipeline ...` beside a running start; `answer` is the document on its last line. */
export async function runPipeline(dataDir: string, args: readonly string[]): Promise<Ended & { answer: Data }> {
  const ended = await martgraph(["pipeline", ...args, "--json", "--data-dir", dataDir]);
  return { ...ended, answer: ended.stdout === "" ? {} : lastLine(ended.stdout) };
}

export const METRICS = ["revenue", "refunds", "orders", "unitsSold"] as const;
export type Metrics = Record<(typeof METRICS)[number], bigint> & { buildId: string };

/** The metrics of one day, and the build they come from. */
export async function readMetrics(product: StartedProduct, day: string): Promise<Metrics> {
  const to = new Date(Date.parse(day) + 86_400_000).toISOString().slice(0, 10);
  const { data, errors } = await product.run("MetricQuery", { metrics: METRICS, range: { from: day, to } }, await product.login("ANALYST"));
  expect(errors).toEqual([]);
  const values = (data["metricQuery"].nodes[0]?.values ?? []) as { metric: string; value: string }[];
  const of = (name: (typeof METRICS)[number]) => exact(values.find(({ metric }) => metric === name)?.value);
  return { buildId: data["metricQuery"].buildId as string, revenue: of("revenue"), refunds: of("refunds"), orders: of("orders"), unitsSold: of("unitsSold") };
}

/** An order; amounts in millionths. */
export interface Bought {
  id: string;
  number: string;
  /** The business day, UTC. */
  day: string;
  /** The exact sum of its lines. */
  amount: bigint;
  /** What was paid: the amount, rounded once. */
  total: bigint;
  units: bigint;
}

/** Looks around, fills a cart with so many of each of some products, and pays, as the demo customer does it. */
export async function buyFrom(product: StartedProduct, quantities: readonly number[]): Promise<Bought> {
  const token = await product.login("CUSTOMER");
  const offered = (await product.run("ProductList", { first: 50 })).data["products"].nodes as Data[];
  const chosen = offered.filter(({ availability }) => availability?.inStock).slice(0, quantities.length);
  const variants = await Promise.all(chosen.map(async ({ id }) => (await product.run("ProductPage", { id })).data["product"].variants.nodes[0].id as string));
  const { cart } = (await product.run("CartCreate", { input: { currency: "GBP", countryCode: "GB" } }, token)).data["cartCreate"];
  await product.run("CartLinesSet", { input: { cartId: cart.id, lines: quantities.map((quantity, index) => ({ variantId: variants[index], quantity })) } }, token);
  const { data, errors } = await product.run("CheckoutComplete", { input: { cartId: cart.id, idempotencyKey: randomUUID() } }, token);
  expect(errors).toEqual([]);
  expect(data["checkoutComplete"]).toMatchObject({ __typename: "CheckoutCompleteSuccess", order: { state: "PAID" } });
  const { order } = data["checkoutComplete"];
  return {
    id: order.id, number: order.number, day: order.placedAt.slice(0, 10),
    amount: order.lines.nodes.reduce((sum: bigint, line: Data) => sum + exact(line["amount"].amount), 0n),
    total: exact(order.total.amount),
    units: BigInt(quantities.reduce((sum, quantity) => sum + quantity)) * ONE,
  };
}

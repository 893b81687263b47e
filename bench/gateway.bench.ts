import { measureEdge } from "./gateway/edge.ts";
import { measureProduct } from "./gateway/product.ts";
import { compareWithStock } from "./gateway/stock.ts";

/** CPU per request: our data sources beside the gateway library's own, what Apollo Server adds, then the product's pages in both shapes, and memory. */
export async function bench(): Promise<void> {
  const say = (what: string, value: string): void => void process.stdout.write(`${what.padEnd(64)} ${value}\n`);
  await compareWithStock(say);
  await measureEdge(say);
  await measureProduct(say);
}

import type { Tx } from "#platform/db/database.ts";
import { writeEvents } from "#platform/events/outbox.ts";

export type ProductChange = "CREATED" | "UPDATED" | "PUBLISHED" | "ARCHIVED";

/** Tells that products changed, in the transaction in which they do: search, webhooks and the warehouse follow. Each product once. */
export async function tellProductsChanged(tx: Tx, productIds: Iterable<string>, change: ProductChange, at: Date): Promise<void> {
  await writeEvents(tx, [...new Set(productIds)].map((productId) => ({ aggregate: "product", aggregateId: productId, type: "ProductChanged", payload: { productId, change }, occurredAt: at })));
}

import type { Tx } from "#platform/db/database.ts";
import { query } from "#platform/db/query.ts";

const links = query({
  name: "catalog.importLinksOf",
  text: "select l.product_id, l.kind, l.linked_id from catalog.product_links l where l.product_id = any($1) order by l.product_id, l.kind, l.position, l.linked_id",
  params: ["uuid[]"],
  row: { product_id: "uuid", kind: "text", linked_id: "uuid" },
  budget: { access: "index", maxRows: 500_000 },
});

/** In their order. */
export async function listLinksOf(tx: Tx, productIds: readonly string[]): Promise<{ productId: string; kind: string; linkedId: string }[]> {
  return productIds.length === 0 ? [] : (await tx.many(links, [productIds])).map((found) => ({ productId: found.product_id, kind: found.kind, linkedId: found.linked_id }));
}

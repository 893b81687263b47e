import type { Reader } from "#platform/db/database.ts";
import { query } from "#platform/db/query.ts";

const searches = query({
  name: "catalog.popularSearches",
  text: "select s.search_text, s.sessions from events.popular_searches($1) s",
  params: ["timestamptz"],
  row: { search_text: "text", sessions: "int8" },
  budget: { access: "scan", maxRows: 2_000 },
});

const products = query({
  name: "catalog.popularProducts",
  text: "select p.product_id, p.points from events.popular_products($1) p",
  params: ["timestamptz"],
  row: { product_id: "uuid", points: "int8" },
  budget: { access: "scan", maxRows: 2_000 },
});

/** What many sessions searched for since then, folded, with how many of them did; the most frequent first. */
export async function listPopularSearches(db: Reader, since: Date): Promise<{ text: string; sessions: number }[]> {
  return (await db.many(searches, [since])).map((row) => ({ text: row.search_text, sessions: Number(row.sessions) }));
}

/** Points of the products that were looked at, put into carts and bought most since then. */
export async function listPopularProducts(db: Reader, since: Date): Promise<Map<string, number>> {
  return new Map((await db.many(products, [since])).map((row) => [row.product_id, Number(row.points)]));
}

import type { Reader } from "#platform/db/database.ts";
import type { ProductPlan } from "../../domain/productPlan.ts";
import { makeSlug, slugCandidates } from "../../domain/slug.ts";
import { listTakenSlugs } from "../../queries/writing/knownProducts.ts";

/** The slug of a product that is to have another one, or the wanted one that somebody else has. */
export type SettledSlug = { readonly slug: string } | { readonly taken: string };

/**
 * Slugs of new products and of those that are given one by hand. What is given is had or refused; what is made from a name gets a
 * number behind it where another product has or had it. In at most two statements; the caller holds the lock of names.
 */
export async function settleSlugs(db: Reader, plans: readonly ProductPlan[]): Promise<Map<string, SettledSlug>> {
  const given = plans.filter(({ draft, known }) => draft.slug !== undefined && draft.slug !== known?.slug);
  const made = plans.filter(({ draft, known }) => draft.slug === undefined && !known).map(({ id, draft }) => ({ id, base: makeSlug(draft.name ?? "", `product-${id.slice(-8)}`) }));
  const owner = await listTakenSlugs(db, [...new Set([...given.map(({ draft }) => draft.slug ?? ""), ...made.map(({ base }) => base)])]);
  const settled = new Map<string, SettledSlug>();
  const take = (slug: string, id: string): boolean => {
    if ((owner.get(slug) ?? id) !== id) return false;
    owner.set(slug, id);
    settled.set(id, { slug });
    return true;
  };
  for (const { id, draft } of given) if (!take(draft.slug ?? "", id)) settled.set(id, { taken: draft.slug ?? "" });
  const colliding = made.filter(({ id, base }) => !take(base, id));
  if (colliding.length === 0) return settled;
  const numbered = await listTakenSlugs(db, [...new Set(colliding.flatMap(({ base }) => slugCandidates(base, "")))]);
  for (const [slug, id] of numbered) if (!owner.has(slug)) owner.set(slug, id);
  // The last candidate carries the product's own id.
  for (const { id, base } of colliding) slugCandidates(base, id.slice(-12)).some((candidate) => take(candidate, id));
  return settled;
}

import { uuidV7 } from "#schema/values/ids.ts";
import type { Tx } from "#platform/db/database.ts";
import type { DraftBrand, ProductDraft } from "../../domain/productInput.ts";
import type { KnownBrand } from "../../domain/productPlan.ts";
import { makeSlug } from "../../domain/slug.ts";
import { insertBrands, listKnownBrands, lockCatalogueTerms } from "../../queries/writing/knownTerms.ts";

export interface Brands {
  idOf(brand: DraftBrand): string | undefined;
  /** Makes those of the named ones that were not there. */
  write(used: ReadonlySet<string>, at: Date): Promise<void>;
}

/** The brands that drafts name; with `create` one that is named and not there gets an id, and is made when it is used. */
export async function readBrands(tx: Tx, drafts: readonly ProductDraft[], create: boolean): Promise<Brands> {
  const named = drafts.flatMap(({ brand }) => brand ?? []);
  const names = [...new Set(named.flatMap((brand) => ("name" in brand ? [brand.name.trim()] : [])))];
  if (create && names.length > 0) await lockCatalogueTerms(tx);
  const known = await listKnownBrands(tx, {
    ids: named.flatMap((brand) => ("id" in brand ? [brand.id] : [])),
    slugs: [...named.flatMap((brand) => ("slug" in brand ? [brand.slug] : [])), ...names.map((name) => makeSlug(name, "")).filter((slug) => slug !== "")],
    names,
  });
  const ids = new Set(known.map(({ id }) => id));
  const bySlug = new Map(known.map(({ slug, id }) => [slug, id]));
  const byName = new Map(known.map(({ name, id }) => [name.toLowerCase(), id]));
  const added = new Map<string, KnownBrand>();
  return {
    idOf(brand) {
      if ("id" in brand) return ids.has(brand.id) ? brand.id : undefined;
      if ("slug" in brand) return bySlug.get(brand.slug);
      const name = brand.name.trim();
      const slug = makeSlug(name, "");
      const found = byName.get(name.toLowerCase()) ?? bySlug.get(slug);
      if (found !== undefined || !create) return found;
      const id = uuidV7(new Date());
      added.set(id, { id, name, slug: slug || `brand-${id.slice(-8)}` });
      byName.set(name.toLowerCase(), id);
      if (slug) bySlug.set(slug, id);
      return id;
    },
    write: (used, at) => insertBrands(tx, [...added.values()].filter(({ id }) => used.has(id)), at),
  };
}

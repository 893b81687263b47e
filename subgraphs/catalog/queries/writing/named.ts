import type { Reader } from "#platform/db/database.ts";
import { query } from "#platform/db/query.ts";
import type { SluggedKind } from "../productDetails.ts";

type NamedKind = Exclude<SluggedKind, "PRODUCT">;
const TABLES: Readonly<Record<NamedKind, string>> = { CATEGORY: "catalog.categories", BRAND: "catalog.brands", COLLECTION: "catalog.collections" };

/** The same statement for each kind of thing that has a slug and a name. */
function perKind<S>(make: (kind: NamedKind, table: string) => S): Readonly<Record<NamedKind, S>> {
  return { CATEGORY: make("CATEGORY", TABLES.CATEGORY), BRAND: make("BRAND", TABLES.BRAND), COLLECTION: make("COLLECTION", TABLES.COLLECTION) };
}

const taken = perKind((kind, table) => query({
  name: `catalog.takenSlugs.${kind}`,
  text: `select t.slug, t.id from ${table} t where t.slug = any($1)
    union all select f.slug, f.target_id from catalog.former_slugs f where f.kind = '${kind}' and f.slug = any($1)`,
  params: ["text[]"],
  row: { slug: "text", id: "uuid" },
  budget: { access: "index", maxRows: 1_000 },
}));

const locked = perKind((kind, table) => query({
  name: `catalog.lockNamed.${kind}`,
  text: `select t.id, t.slug, t.name, t.version from ${table} t where t.id = $1 for no key update`,
  params: ["uuid"],
  row: { id: "uuid", slug: "text", name: "text", version: "int4" },
  budget: { access: "write", maxRows: 1 },
}));

const former = perKind((kind) => query({
  name: `catalog.keepFormerSlug.${kind}`,
  text: `with gone as (delete from catalog.former_slugs f where f.kind = '${kind}' and f.slug = $3)
    insert into catalog.former_slugs (kind, slug, target_id, replaced_at) values ('${kind}', $2, $1, $4)
    on conflict (kind, slug) do update set target_id = excluded.target_id, replaced_at = excluded.replaced_at`,
  params: ["uuid", "text", "text", "timestamptz"],
  row: {},
  budget: { access: "write", maxRows: 0 },
}));

// One writer at a time for each kind, so that a slug that was free is free.
const lock = query({
  name: "catalog.lockKind",
  text: "select pg_advisory_xact_lock(hashtextextended('catalog.' || $1, 0)) is null as locked",
  params: ["text"],
  row: { locked: "bool" },
  budget: { access: "write", maxRows: 1 },
});

/** Products that show something: their events follow when it changes. At most as many as are told of. */
const SHOWING = {
  BRAND: "select p.id from catalog.products p where p.brand_id = $1 limit 100000",
  CATEGORY: `select p.id from catalog.products p where p.category_id = any(array(select catalog.category_with_descendants(array[$1::uuid])))
    union select c.product_id from catalog.product_categories c where c.category_id = any(array(select catalog.category_with_descendants(array[$1::uuid]))) limit 100000`,
  ATTRIBUTE: "select a.product_id as id from catalog.product_attributes a where a.attribute_id = $1 union select v.product_id from catalog.variant_options o join catalog.variants v on v.id = o.variant_id where o.attribute_id = $1 limit 100000",
} as const;
const showing = Object.fromEntries(Object.entries(SHOWING).map(([kind, text]) => [kind, query({
  name: `catalog.productsShowing.${kind}`, text, params: ["uuid"], row: { id: "uuid" }, budget: { access: "scan", maxRows: 100_000 },
})])) as Record<keyof typeof SHOWING, ReturnType<typeof query<readonly ["uuid"], { id: "uuid" }>>>;

export interface KnownNamed {
  readonly id: string;
  readonly slug: string;
  readonly name: string;
  readonly version: number;
}

/** Brands share their lock with writers of products, who make some too. */
export async function lockKind(tx: Reader, kind: NamedKind): Promise<void> {
  await tx.one(lock, [kind === "BRAND" ? "terms" : kind.toLowerCase()]);
}

export function lockNamed(tx: Reader, kind: NamedKind, id: string): Promise<KnownNamed | undefined> {
  return tx.maybeOne(locked[kind], [id]);
}

export async function listTakenNamedSlugs(db: Reader, kind: NamedKind, slugs: readonly string[]): Promise<Map<string, string>> {
  return new Map((await db.many(taken[kind], [slugs])).map(({ slug, id }) => [slug, id]));
}

/** The slug before goes on leading to it; the new one leads to nothing else any more. */
export async function keepFormerSlug(tx: Reader, kind: NamedKind, { id, was, is, at }: { id: string; was: string; is: string; at: Date }): Promise<void> {
  await tx.execute(former[kind], [id, was, is, at]);
}

export async function listProductsShowing(db: Reader, kind: keyof typeof SHOWING, id: string): Promise<string[]> {
  return (await db.many(showing[kind], [id])).map((found) => found.id);
}

import type { Reader } from "#platform/db/database.ts";
import { query, type RowOf } from "#platform/db/query.ts";
import type { ProductStatus } from "../../domain/product.ts";
import type { KnownProduct, KnownSku } from "../../domain/productPlan.ts";
import type { VariantForm } from "../../domain/variantForm.ts";

// Slugs, codes and references are given to one product each: whoever gives some out does so alone, until the transaction ends.
const lockNames = query({
  name: "catalog.lockNames",
  text: "select pg_advisory_xact_lock(hashtextextended('catalog.names', 0)) is null as locked",
  params: [],
  row: { locked: "bool" },
  budget: { access: "write", maxRows: 1 },
});

const productRow = { id: "uuid", slug: "text", name: "text", external_ref: "text?", status: "text", vendor_id: "uuid?", publish_at: "timestamptz?", unpublish_at: "timestamptz?", version: "int4" } as const;

// In the order of ids, so that two writers never wait for each other in a circle.
const lockProducts = query({
  name: "catalog.lockKnownProducts",
  text: `select p.id, p.slug, p.name, p.external_ref, p.status, p.vendor_id, p.publish_at, p.unpublish_at, p.version from catalog.products p
    where p.id = any($1) or p.external_ref = any($2) order by p.id for no key update`,
  params: ["uuid[]", "text[]"],
  row: productRow,
  budget: { access: "write", maxRows: 4_000 },
});

const skus = query({
  name: "catalog.knownSkus",
  text: "select v.sku, v.id, v.product_id, v.name from catalog.variants v where v.sku = any($1)",
  params: ["text[]"],
  row: { sku: "text", id: "uuid", product_id: "uuid", name: "text" },
  budget: { access: "index", maxRows: 200_000 },
});

const forms = query({
  name: "catalog.formsOfVariants",
  text: `select v.id, v.product_id, v.is_archived, coalesce((select string_agg(o.option_id::text, ' ' order by o.option_id) from catalog.variant_options o where o.variant_id = v.id), '') as form
    from catalog.variants v where v.product_id = any($1)`,
  params: ["uuid[]"],
  row: { id: "uuid", product_id: "uuid", is_archived: "bool", form: "text" },
  budget: { access: "index", maxRows: 500_000 },
});

// The product first: whoever changes variants has locked it before.
const oneVariant = query({
  name: "catalog.lockVariant",
  text: `select v.id, v.product_id, v.sku, v.version, p.vendor_id from catalog.products p join catalog.variants v on v.product_id = p.id
    where v.id = $1 and p.id = (select w.product_id from catalog.variants w where w.id = $1) for no key update of p`,
  params: ["uuid"],
  row: { id: "uuid", product_id: "uuid", sku: "text", version: "int4", vendor_id: "uuid?" },
  budget: { access: "write", maxRows: 1 },
});

const takenSlugs = query({
  name: "catalog.takenProductSlugs",
  text: `select p.slug, p.id as product_id from catalog.products p where p.slug = any($1)
    union all
    select f.slug, f.target_id from catalog.former_slugs f where f.kind = 'PRODUCT' and f.slug = any($1)`,
  params: ["text[]"],
  row: { slug: "text", product_id: "uuid" },
  budget: { access: "index", maxRows: 100_000 },
});

const linkable = query({
  name: "catalog.linkableProducts",
  text: "select p.id, p.status, p.vendor_id from catalog.products p where p.id = any($1)",
  params: ["uuid[]"],
  row: { id: "uuid", status: "text", vendor_id: "uuid?" },
  budget: { access: "index", maxRows: 200_000 },
});

const knownVendors = query({
  name: "catalog.knownVendors",
  text: "select v.id from users.known_vendors($1) as v (id)",
  params: ["uuid[]"],
  row: { id: "uuid" },
  budget: { access: "index", maxRows: 10_000 },
});

function toKnown(found: RowOf<typeof productRow>): KnownProduct {
  const { id, slug, name, version } = found;
  return { id, slug, name, version, externalRef: found.external_ref, status: found.status as ProductStatus, vendorId: found.vendor_id, publishAt: found.publish_at, unpublishAt: found.unpublish_at };
}

export async function lockProductNames(tx: Reader): Promise<void> {
  await tx.one(lockNames, []);
}

/** Locks the products that are named by id or by the merchant's own number. */
export async function lockKnownProducts(tx: Reader, ids: readonly string[], externalRefs: readonly string[]): Promise<KnownProduct[]> {
  return ids.length + externalRefs.length === 0 ? [] : (await tx.many(lockProducts, [ids, externalRefs])).map(toKnown);
}

export async function listKnownSkus(db: Reader, codes: readonly string[]): Promise<Map<string, KnownSku>> {
  const rows = codes.length === 0 ? [] : await db.many(skus, [codes]);
  return new Map(rows.map((found) => [found.sku, { id: found.id, productId: found.product_id, name: found.name }]));
}

/** By product, the options that its variants differ by. */
export async function listVariantForms(db: Reader, productIds: readonly string[]): Promise<Map<string, VariantForm[]>> {
  const rows = productIds.length === 0 ? [] : await db.many(forms, [productIds]);
  const grouped = Map.groupBy(rows, (found) => found.product_id);
  return new Map([...grouped].map(([id, of]) => [id, of.map((found) => ({ variantId: found.id, isArchived: found.is_archived, form: found.form }))]));
}

/** Whose a slug is or was. */
export async function listTakenSlugs(db: Reader, slugs: readonly string[]): Promise<Map<string, string>> {
  const rows = slugs.length === 0 ? [] : await db.many(takenSlugs, [slugs]);
  return new Map(rows.map((found) => [found.slug, found.product_id]));
}

export interface Linkable {
  readonly id: string;
  readonly status: ProductStatus;
  readonly vendorId: string | null;
}

export async function listLinkable(db: Reader, ids: readonly string[]): Promise<Linkable[]> {
  return ids.length === 0 ? [] : (await db.many(linkable, [ids])).map((found) => ({ id: found.id, status: found.status as ProductStatus, vendorId: found.vendor_id }));
}

export async function listKnownVendors(db: Reader, ids: readonly string[]): Promise<Set<string>> {
  return new Set(ids.length === 0 ? [] : (await db.many(knownVendors, [ids])).map(({ id }) => id));
}

/** The variant, with its product locked for changes. Its version is read after that. */
export async function lockVariant(tx: Reader, id: string): Promise<{ id: string; productId: string; sku: string; version: number; vendorId: string | null } | undefined> {
  await lockProductNames(tx);
  const found = await tx.maybeOne(oneVariant, [id]);
  return found && { id: found.id, productId: found.product_id, sku: found.sku, version: found.version, vendorId: found.vendor_id };
}

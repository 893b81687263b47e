import { audit } from "#kit/audit.ts";
import type { Reader, Tx } from "#platform/db/database.ts";
import type { CatalogContext } from "../../context.ts";
import { mayChange, type Product } from "../../domain/product.ts";
import { tellProductsChanged } from "../../queries/productEvents.ts";
import { listProductsByIds } from "../../queries/products.ts";
import { listVariantsByIds } from "../../queries/variants.ts";

/** What commands of pictures work with. */
export type MediaParts = Pick<CatalogContext, "db" | "clocks" | "viewer" | "objects" | "log" | "requestId">;

/** The product, if it is the viewer's to change: another vendor's is not there for them. */
export async function findOwnProduct(db: Reader, { viewer }: Pick<MediaParts, "viewer">, productId: string | undefined): Promise<Product | undefined> {
  const [product] = productId === undefined ? [] : await listProductsByIds(db, [productId]);
  return product && mayChange(product, viewer) ? product : undefined;
}

/** Whether the id names a variant of the product; no variant at all is one, too. */
export async function isVariantOf(db: Reader, product: Product, variantId: string | null | undefined): Promise<boolean> {
  if (variantId === null) return true;
  const [variant] = variantId === undefined ? [] : await listVariantsByIds(db, [variantId]);
  return variant?.productId === product.id;
}

/** The product changed, and by whom. */
export async function noteMediaChange(tx: Tx, parts: Pick<MediaParts, "viewer" | "clocks" | "requestId">, product: Product, action: string, mediaId: string | null): Promise<void> {
  await tellProductsChanged(tx, [product.id], "UPDATED", parts.clocks.business.now());
  await noteMediaAct(tx, parts, product, action, mediaId);
}

/** Who did something to another's product by a privilege is written down. */
export async function noteMediaAct(tx: Tx, { viewer, requestId }: Pick<MediaParts, "viewer" | "requestId">, product: Product, action: string, mediaId: string | null): Promise<void> {
  if (product.vendorId !== null && viewer.vendorIds.includes(product.vendorId)) return;
  await audit(tx, { actor: viewer, action, targetKind: "product", targetId: product.id, details: { mediaId }, requestId });
}

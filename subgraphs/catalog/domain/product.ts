import { can, type Viewer } from "#kit/viewer.ts";

export type ProductStatus = "DRAFT" | "ACTIVE" | "ARCHIVED";

export interface Product {
  /** UUID. */
  readonly id: string;
  readonly slug: string;
  readonly name: string;
  readonly description: string | null;
  readonly status: ProductStatus;
  readonly vendorId: string | null;
  readonly categoryId: string | null;
  readonly createdAt: Date;
}

export interface Variant {
  /** UUID. */
  readonly id: string;
  readonly productId: string;
  readonly sku: string;
  readonly name: string;
}

export interface Category {
  /** UUID. */
  readonly id: string;
  readonly slug: string;
  readonly name: string;
  readonly parentId: string | null;
  readonly description: string | null;
  readonly position: number;
  readonly version: number;
}

/** Drafts are seen by the vendor's own people and whoever may read them all; everything else by everybody, since old orders show it. */
export function maySee(product: Pick<Product, "status" | "vendorId">, viewer: Viewer): boolean {
  if (product.status !== "DRAFT") return true;
  return can(viewer, "catalog.read") || (product.vendorId !== null && viewer.vendorIds.includes(product.vendorId));
}

/** Whose product it is decides: who holds the permission changes everyone's, a vendor's people their own. */
export function mayChange(product: Pick<Product, "vendorId">, viewer: Viewer): boolean {
  return can(viewer, "catalog.write") || (can(viewer, "catalog.writeOwn") && product.vendorId !== null && viewer.vendorIds.includes(product.vendorId));
}

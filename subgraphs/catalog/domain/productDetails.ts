import { can, type Viewer } from "#kit/viewer.ts";
import type { AttributeRow } from "./attributeValues.ts";
import type { LinkKind } from "./productInput.ts";

/** What is known of a product beyond what a list shows. */
export interface ProductDetails {
  readonly id: string;
  readonly version: number;
  readonly updatedAt: Date;
  readonly productType: string | null;
  readonly brandId: string | null;
  /** Without the main one. */
  readonly furtherCategoryIds: readonly string[];
  readonly seoTitle: string | null;
  readonly seoDescription: string | null;
  readonly publishedAt: Date | null;
  readonly publishAt: Date | null;
  readonly unpublishAt: Date | null;
  /** In the order of the attributes. */
  readonly values: readonly AttributeRow[];
}

export interface VariantDetails {
  readonly id: string;
  readonly barcode: string | null;
  readonly weightGrams: number | null;
  readonly position: number;
  readonly isArchived: boolean;
  readonly version: number;
  readonly options: readonly { readonly attributeId: string; readonly optionId: string }[];
}

export interface ProductLink {
  readonly productId: string;
  readonly kind: LinkKind;
  readonly linkedId: string;
}

/** Whether a product or a collection of this vendor (null: the shop's own) is the viewer's to change. */
export function mayChange(vendorId: string | null, viewer: Viewer): boolean {
  return can(viewer, "catalog.write") || (vendorId !== null && can(viewer, "catalog.writeOwn") && viewer.vendorIds.includes(vendorId));
}

/** Whether what is not public about it, plans and what is not published yet, is the viewer's to see. */
export function maySeePlans(vendorId: string | null, viewer: Viewer): boolean {
  return can(viewer, "catalog.read") || (vendorId !== null && viewer.vendorIds.includes(vendorId));
}

import type { AttributeType } from "./attributeValues.ts";

/** Most levels of the tree. */
export const MAX_DEPTH = 10;

export interface Brand {
  readonly id: string;
  readonly slug: string;
  readonly name: string;
  readonly description: string | null;
  readonly version: number;
}

export interface Collection extends Brand {
  readonly vendorId: string | null;
  readonly isPublished: boolean;
}

export interface Attribute {
  readonly id: string;
  readonly code: string;
  readonly name: string;
  readonly type: AttributeType;
  readonly unit: string | null;
  readonly isFilterable: boolean;
  readonly isSearchable: boolean;
  readonly isVariantOption: boolean;
  readonly position: number;
  readonly version: number;
}

export interface AttributeOption {
  readonly id: string;
  readonly attributeId: string;
  readonly code: string;
  readonly label: string;
  readonly position: number;
}

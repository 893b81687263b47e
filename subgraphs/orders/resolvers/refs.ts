import { encodeId } from "#schema/values/ids.ts";

// What belongs to other subgraphs travels as a reference; the gateway asks its owner for the rest.
export const variantRef = (variantId: string) => ({ __typename: "ProductVariant", id: encodeId("var", variantId) });
export const productRef = (productId: string) => ({ __typename: "Product", id: encodeId("prd", productId) });

/** What this subgraph knows of a person. */
export interface UserStub {
  /** UUID. */
  readonly userId: string;
}
export const userRef = (userId: string | null) => userId && { __typename: "User", userId };

const MAX_INT = 2_147_483_647n;

/** A quantity as the graph's Int, which ends at 2^31 - 1. */
export function toInt(value: bigint): number {
  return Number(value > MAX_INT ? MAX_INT : value);
}

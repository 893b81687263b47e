import { decodeId, type IdPrefix } from "#schema/values/ids.ts";
import type { DraftBrand } from "../domain/productInput.ts";

export type Given<T> = T | null | undefined;

/** The id of nothing: what names no thing of the kind is looked for and not found, where it stands. */
const NOTHING = "00000000-0000-0000-0000-000000000000";

export function uuidOf(prefix: IdPrefix, id: string): string {
  return decodeId(prefix, id) ?? NOTHING;
}

/** Null takes away, undefined is not given. */
export function uuidOrNull(prefix: IdPrefix, id: Given<string>): string | null | undefined {
  return id == null ? id : uuidOf(prefix, id);
}

export interface BrandInput { id?: Given<string>; slug?: Given<string>; name?: Given<string> }

/** The brand by what is given of it; by an empty name, which is refused, unless exactly one is. */
export function brandOf(input: Given<BrandInput>): DraftBrand | null | undefined {
  if (input == null) return input;
  const { id, slug, name } = input;
  if ([id, slug, name].filter((one) => one != null).length !== 1) return { name: "" };
  if (id != null) return { id: uuidOf("brd", id) };
  return slug != null ? { slug } : { name: name ?? "" };
}

/** The input without what is null in fields that cannot be empty: null says as little there as leaving them out. */
export function given<T>(value: Given<T>): T | undefined {
  return value ?? undefined;
}

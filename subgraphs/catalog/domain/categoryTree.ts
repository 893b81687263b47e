import { MAX_DEPTH } from "./taxonomy.ts";

export type PlaceRefusal = { code: "CATEGORY_CYCLE" | "CATEGORY_TOO_DEEP"; path: readonly string[] };

/** Whether a category of `height` levels may hang below `parents`, the way from the top to its new parent. */
export function decidePlace({ id, height, parents, path }: { id: string; height: number; parents: readonly string[]; path: readonly string[] }): PlaceRefusal | undefined {
  if (parents.includes(id)) return { code: "CATEGORY_CYCLE", path };
  return parents.length + height > MAX_DEPTH ? { code: "CATEGORY_TOO_DEEP", path } : undefined;
}

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** Where the mappings lie that come with the shop. */
export const PRESETS_DIR = join(import.meta.dirname, "../../../../shopdata/mappings");

/** The mappings of a folder, by the names of their files without the ending. */
export function readPresets(folder: string = PRESETS_DIR): Map<string, string> {
  const names = readdirSync(folder).filter((name) => name.endsWith(".yml")).sort();
  return new Map(names.map((name) => [name.slice(0, -".yml".length), readFileSync(join(folder, name), "utf8")]));
}

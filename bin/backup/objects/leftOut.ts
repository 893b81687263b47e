import { isObjectKey, type ObjectStore } from "#platform/objects/store.ts";
import { LAKE_PREFIX } from "#warehouse/lake/manifest.ts";
import { SOURCES_PREFIX } from "#warehouse/sources/ingest.ts";
import { NAMED_PREFIXES } from "./namedObjects.ts";
import { readObjectList } from "./objectList.ts";

/** What lies in a store and is in no backup of it. */
export interface LeftOut {
  readonly what: "lake" | "unnamed" | "foreign";
  readonly why: string;
  readonly objects: number;
  readonly bytes: number;
  /** Keys of some of them. */
  readonly examples: string[];
}

const WHY: Readonly<Record<LeftOut["what"], string>> = {
  lake: "the next nightly run exports the lake again (martgraph lake export does now)",
  unnamed: "no row of the shop names them: on their way when the shop was copied, or to be swept away",
  foreign: "they are not the shop's: it keeps nothing under such names",
};
const EXAMPLES = 5;

/** Which of them an object is that was not copied. */
export function reasonOf(key: string): LeftOut["what"] {
  if (!isObjectKey(key)) return "foreign";
  if (key.startsWith(LAKE_PREFIX)) return "lake";
  return [...NAMED_PREFIXES, SOURCES_PREFIX].some((prefix) => key.startsWith(prefix)) ? "unnamed" : "foreign";
}

/** Goes through the store beside the list of what was copied; both are in the order of their keys. */
export async function leftOutOf(store: ObjectStore, folder: string): Promise<LeftOut[]> {
  const found = new Map<LeftOut["what"], { objects: number; bytes: number; examples: string[] }>();
  const copied = readObjectList(folder);
  let at = (await copied.next()).value ?? undefined;
  for await (const { key, size } of store.list("")) {
    // A console of S3 makes folders of empty objects.
    if (key.endsWith("/") && size === 0) continue;
    while (at && at.key < key) at = (await copied.next()).value ?? undefined;
    if (at?.key === key) continue;
    const what = reasonOf(key);
    const sum = found.get(what) ?? { objects: 0, bytes: 0, examples: [] };
    found.set(what, sum);
    sum.objects += 1;
    sum.bytes += size;
    if (sum.examples.length < EXAMPLES) sum.examples.push(key);
  }
  await copied.return(undefined);
  return [...found].map(([what, sum]) => ({ what, why: WHY[what], ...sum }));
}

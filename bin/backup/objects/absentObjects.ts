import { rm } from "node:fs/promises";
import type { Database } from "#platform/db/database.ts";
import type { ObjectStore } from "#platform/objects/store.ts";
import { inBatches } from "./objectList.ts";
import { readNamed, writeNamed } from "./namedObjects.ts";

const AT_ONCE = 16;
const SHOWN = 100;

/** Which objects that rows of the shop promise are not in the store. `draft` is a file that is written and removed. */
export async function absentObjects(shop: Database, store: ObjectStore, draft: string): Promise<{ named: number; missing: number; missingKeys: string[] }> {
  const found = { named: 0, missing: 0, missingKeys: [] as string[] };
  try {
    await shop.tx((tx) => writeNamed(tx, draft));
    for await (const { key, isThere } of inBatches(promised(draft), AT_ONCE, async (one) => ({ key: one, isThere: (await store.head(one)) !== undefined }))) {
      found.named += 1;
      if (isThere) continue;
      found.missing += 1;
      if (found.missingKeys.length < SHOWN) found.missingKeys.push(key);
    }
    return found;
  } finally {
    await rm(draft, { force: true });
  }
}

async function* promised(file: string): AsyncGenerator<string> {
  for await (const { key, isPromised } of readNamed(file)) if (isPromised) yield key;
}

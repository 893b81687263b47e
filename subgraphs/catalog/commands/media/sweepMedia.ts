import type { Database } from "#platform/db/database.ts";
import type { ObjectStore } from "#platform/objects/store.ts";
import { incomingKey } from "../../domain/media.ts";
import { forgetLeftover, forgetUnfinishedUploads, listLeftoversDue } from "../../queries/mediaLeftovers.ts";

const LEFTOVER_SECONDS = 3_600;

/**
 * Forgets uploads that nobody finished, and takes bodies that no picture names any longer out of the store. Several processes may do
 * so at once. Answers how many bodies went.
 */
export async function sweepMedia({ db, objects }: { db: Database; objects: ObjectStore }, afterSeconds: number = LEFTOVER_SECONDS): Promise<number> {
  const unfinished = await forgetUnfinishedUploads(db);
  for (const id of unfinished) await objects.delete(incomingKey(id));
  return db.tx(async (tx) => {
    let gone = unfinished.length;
    for (const { prefix, isNamed } of await listLeftoversDue(tx, afterSeconds)) {
      if (!isNamed) {
        for await (const { key } of objects.list(prefix)) {
          await objects.delete(key);
          gone += 1;
        }
      }
      await forgetLeftover(tx, prefix);
    }
    return gone;
  });
}

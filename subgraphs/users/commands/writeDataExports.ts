import { createHash, randomUUID } from "node:crypto";
import type { ObjectStore } from "#platform/objects/store.ts";
import type { UsersParts } from "../context.ts";
import { EXPORT_POLICY } from "../domain/dataExport.ts";
import { failDataExport, finishDataExport, forgetExport, gatherPerson, listLeftObjects, takeDataExport } from "../queries/dataExports.ts";
import { settleErasures } from "../queries/erasures.ts";

const LEASE_SECONDS = 300;
/** Longer than an access token lives that was given out just before its person was erased. */
export const SETTLE_SECONDS = 1_800;

type Parts = Pick<UsersParts, "db" | "clocks" | "log"> & { readonly objects: ObjectStore };

/** Writes every copy that waits; answers how many. What fails is tried again later, a few times. */
export async function writeDataExports(parts: Parts): Promise<number> {
  const { db, clocks, log, objects } = parts;
  for (let written = 0; ; written += 1) {
    const next = await takeDataExport(db, LEASE_SECONDS);
    if (!next) return written;
    // Nobody who knows the id of an export can make the name of its object from it.
    const objectKey = `exports/${randomUUID()}.json`;
    try {
      const held = await gatherPerson(db, next.userId);
      const document = Buffer.from(JSON.stringify({ format: "martgraph.person/1", writtenAt: clocks.wall.now().toISOString(), ...(held as object) }, null, 1));
      await objects.put(objectKey, document, { contentType: "application/json" });
      const sha256 = createHash("sha256").update(document).digest("hex");
      const done = await db.tx((tx) => finishDataExport(tx, { id: next.id, userId: next.userId, objectKey, bytes: document.length, sha256, days: EXPORT_POLICY.keptDays }, clocks.business.now()));
      // Erased while it was written: nothing of it stays.
      if (!done) await objects.delete(objectKey);
    } catch (error) {
      log.error({ exportId: next.id, error }, "a copy of a person's data could not be written");
      await objects.delete(objectKey).catch(() => {});
      await failDataExport(db, next.id, EXPORT_POLICY.maxAttempts);
    }
  }
}

/** What is to be done from time to time: copies written, those whose time is over deleted, erasures settled. */
export async function sweepPrivacy(parts: Parts): Promise<void> {
  await writeDataExports(parts);
  for (const left of await listLeftObjects(parts.db)) {
    if (left.objectKey !== null) await parts.objects.delete(left.objectKey);
    await forgetExport(parts.db, left);
  }
  await settleErasures(parts.db, SETTLE_SECONDS);
}

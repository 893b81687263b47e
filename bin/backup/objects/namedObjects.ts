import { createWriteStream } from "node:fs";
import { open } from "node:fs/promises";
import type { Tx } from "#platform/db/database.ts";
import { isObjectKey } from "#platform/objects/store.ts";

/** An object that a row of the shop names. */
export interface NamedObject {
  readonly key: string;
  /** Whether the row says that it is there; others may never have been handed in, or be gone in a moment. */
  readonly isPromised: boolean;
}

/** Prefixes of what rows name: what lies there unnamed is on its way, or to be swept away. */
export const NAMED_PREFIXES = ["exports/", "imports/", "incoming/", "media/"] as const;

/**
 * Every key that stands in a row. Bodies are stored before the row that names them is committed, so that whatever a copy of the database
 * names can be read after it was taken, until somebody deletes it. Files of sources are named by none that would miss them: they are all kept.
 */
const NAMED = `
  select (case when bool_or(is_promised) then '!' else '?' end) || key as line from (
    select 'media/' || m.sha256 || '/w' || (r ->> 'width') || '.webp', true from catalog.media m, jsonb_array_elements(m.renditions) r where m.state = 'READY'
    union all select 'incoming/' || m.id, false from catalog.media m where m.state = 'PENDING'
    union all select f.object_key, false from catalog.import_files f
    union all select j.result_key, true from catalog.import_jobs j
    union all select f ->> 'key', true from catalog.import_jobs j, jsonb_array_elements(j.files) f where j.state in ('QUEUED', 'RUNNING')
    union all select e.object_key, e.state = 'READY' from users.data_exports e
  ) as named (key, is_promised)
  where key is not null group by key order by key collate "C"`;

/** Writes the keys into a file, as the transaction sees the shop; answers how many. Memory stays flat, however many there are. */
export function writeNamed(shop: Tx, file: string): Promise<number> {
  return shop.copyTo(`copy (${NAMED}) to stdout`, createWriteStream(file, { mode: 0o600 }));
}

/** What `writeNamed` wrote, in the order of keys. */
export async function* readNamed(file: string): AsyncGenerator<NamedObject> {
  const handle = await open(file, "r");
  try {
    for await (const line of handle.readLines()) {
      const key = line.slice(1);
      if (isObjectKey(key)) yield { key, isPromised: line.startsWith("!") };
    }
  } finally {
    await handle.close().catch(() => {});
  }
}

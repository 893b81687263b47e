import type { Database } from "#platform/db/database.ts";
import { query } from "#platform/db/query.ts";
import { erasureHash } from "../load/scrubErased.ts";

// Again for a day: until the erasure is settled, something of the person may still come in and be scored.
const open = query({
  name: "pipeline.erasuresToForget",
  text: `select e.user_hash from raw._erasures e left join ops.forgotten f on f.user_hash = e.user_hash
    where f.user_hash is null or e.scrubbed_at > now() - interval '1 day'`,
  params: [],
  row: { user_hash: "text" },
  budget: { access: "scan", maxRows: 10_000_000 },
});

const note = query({
  name: "pipeline.noteForgotten",
  text: "insert into ops.forgotten (user_hash) select h from unnest($1::text[]) as h on conflict (user_hash) do update set forgotten_at = now()",
  params: ["text[]"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

/** Takes erased people out of every batch of predictions, those that serve now too. Answers how many rows went. */
export async function forgetPredictions(warehouse: Database): Promise<number> {
  const hashes = (await warehouse.many(open, [])).map((row) => row.user_hash);
  if (hashes.length === 0) return 0;
  return warehouse.tx(async (tx) => {
    let gone = 0;
    for (const table of ["predictions.churn", "predictions.user_recommendations"]) {
      gone += (await tx.raw(`delete from ${table} where ${erasureHash("user_id")} = any($1)`, [hashes])).rowCount ?? 0;
    }
    await tx.execute(note, [hashes]);
    return gone;
  });
}

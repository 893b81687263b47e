import type { Reader } from "#platform/db/database.ts";
import { query } from "#platform/db/query.ts";

const count = query({
  name: "orders.countGuess",
  text: `insert into orders.code_guesses as g (subject, window_ends_at, guesses)
    select s.subject, clock_timestamp() + make_interval(secs => $2), 1 from unnest($1::text[]) as s (subject) order by s.subject
    on conflict (subject) do update set
      guesses = case when g.window_ends_at <= clock_timestamp() then 1 else g.guesses + 1 end,
      window_ends_at = case when g.window_ends_at <= clock_timestamp() then excluded.window_ends_at else g.window_ends_at end
    returning g.subject, g.guesses, greatest(1, ceil(extract(epoch from g.window_ends_at - clock_timestamp())))::int4 as ends_in_seconds`,
  params: ["text[]", "float8"],
  row: { subject: "text", guesses: "int4", ends_in_seconds: "int4" },
  budget: { access: "write", maxRows: 10 },
});

const excuse = query({
  name: "orders.excuseGuess",
  text: `update orders.code_guesses g set guesses = g.guesses - 1
    where g.subject in (select h.subject from orders.code_guesses h where h.subject = any($1) order by h.subject for update) and g.guesses > 0 and g.window_ends_at > clock_timestamp()`,
  params: ["text[]"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

const prune = query({
  name: "orders.pruneGuesses",
  text: "delete from orders.code_guesses where window_ends_at < clock_timestamp() - interval '1 hour'",
  params: [],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

/** Guesses of each subject in its window of time, this one counted: those made at the same moment count as well. */
export async function countGuess(db: Reader, subjects: readonly string[], windowSeconds: number): Promise<{ subject: string; guesses: number; endsInSeconds: number }[]> {
  return (await db.many(count, [subjects, windowSeconds])).map((row) => ({ subject: row.subject, guesses: row.guesses, endsInSeconds: row.ends_in_seconds }));
}

/** The guess was right: it is not held against anybody. */
export async function excuseGuess(db: Reader, subjects: readonly string[]): Promise<void> {
  await db.execute(excuse, [subjects]);
}

/** Forgets windows that are long over. */
export async function pruneGuesses(db: Reader): Promise<void> {
  await db.execute(prune, []);
}

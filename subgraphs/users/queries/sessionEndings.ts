import { ACCESS_TOKEN } from "#kit/claims.ts";
import type { Reader } from "#platform/db/database.ts";
import { query } from "#platform/db/query.ts";

/** Longer than any transaction that ends a session runs: what was written before an answer may be committed after it. */
const OVERLAP_SECONDS = 60;
/** Access tokens live no longer, so what ended before is over by itself. */
const LOOK_BACK_SECONDS = ACCESS_TOKEN.lifeSeconds + OVERLAP_SECONDS;
const MOST = 20_000;

const endings = query({
  name: "users.sessionEndings",
  text: `with asked as (select greatest(coalesce($1::timestamptz, '-infinity') - interval '${OVERLAP_SECONDS} seconds', clock_timestamp() - interval '${LOOK_BACK_SECONDS} seconds') as since)
    (select 'session' as kind, s.id, s.revoked_at as at from users.sessions s where s.revoked_at > (select a.since from asked a) order by s.revoked_at limit ${MOST})
    union all (select 'user', u.id, u.tokens_void_before from users.users u where u.tokens_void_before > (select a.since from asked a) order by u.tokens_void_before limit ${MOST})
    union all select 'asOf', null, clock_timestamp()`,
  params: ["timestamptz?"],
  row: { kind: "text", id: "uuid?", at: "timestamptz" },
  budget: { access: "index", maxRows: 2 * MOST + 1 },
});

export interface SessionEndings {
  readonly asOf: Date;
  readonly sessionIds: readonly string[];
  readonly voided: readonly { readonly userId: string; readonly before: Date }[];
}

/** Sessions that were ended and people whose access tokens were voided since `since` by the database's clock, with some that were told before. */
export async function readSessionEndings(db: Reader, since: Date | undefined): Promise<SessionEndings> {
  const rows = await db.many(endings, [since ?? null]);
  const sessions = rows.filter(({ kind }) => kind === "session");
  const users = rows.filter(({ kind }) => kind === "user");
  const cutAt = [sessions, users].flatMap((told) => (told.length === MOST ? [told.at(-1)?.at.getTime() ?? 0] : []));
  return {
    // Where there is more than one answer holds, the next one goes on where this one ended.
    asOf: cutAt.length > 0 ? new Date(Math.min(...cutAt) + OVERLAP_SECONDS * 1000) : (rows.find(({ kind }) => kind === "asOf")?.at as Date),
    sessionIds: sessions.map(({ id }) => id as string),
    voided: users.map(({ id, at }) => ({ userId: id as string, before: at })),
  };
}

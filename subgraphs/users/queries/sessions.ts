import type { Reader } from "#platform/db/database.ts";
import { query, type RowOf } from "#platform/db/query.ts";
import { MAX_SESSIONS, REFRESH_GRACE_MS, type Session } from "../domain/session.ts";

const COLUMNS = "s.id, s.user_id, s.device, s.ip, s.methods, s.authenticated_at, s.created_at, s.last_seen_at, s.idle_expires_at, s.expires_at";
const row = {
  id: "uuid", user_id: "uuid", device: "text", ip: "text?", methods: "text[]", authenticated_at: "timestamptz", created_at: "timestamptz",
  last_seen_at: "timestamptz", idle_expires_at: "timestamptz", expires_at: "timestamptz",
} as const;

function toSession(found: RowOf<typeof row>): Session {
  return {
    id: found.id, userId: found.user_id, device: found.device, ip: found.ip, methods: found.methods, authenticatedAt: found.authenticated_at,
    createdAt: found.created_at, lastSeenAt: found.last_seen_at, idleExpiresAt: found.idle_expires_at, expiresAt: found.expires_at,
  };
}

// The person is locked against changes until the session stands: who disables the account or changes the password at this moment either
// comes first, and there is no session, or finds it and ends it.
const open = query({
  name: "users.openSession",
  text: `with person as (
      select u.id from users.users u where u.id = $2 and u.status = 'ACTIVE' and u.session_epoch = $3 for share
    ), made as (
      insert into users.sessions as s (id, user_id, methods, authenticated_at, device, ip, created_at, last_seen_at, idle_seconds, idle_expires_at, expires_at, current_token)
      select $1, p.id, $4, least($12, $5::timestamptz), $6, $7, $5, $5, $8::int4, $5::timestamptz + make_interval(secs => $8::int4), $9, $10 from person p returning ${COLUMNS}
    ), token as (
      insert into users.refresh_tokens (id, session_id, secret_hash, created_at) select $10, m.id, $11, $5 from made m
    ), crowd as (
      update users.sessions c set revoked_at = clock_timestamp(), revoked_why = 'CROWD'
      where c.id in (select o.id from users.sessions o, made m where o.user_id = m.user_id and o.revoked_at is null order by o.last_seen_at desc, o.id desc offset ${MAX_SESSIONS - 1})
    )
    select * from made`,
  params: ["uuid", "uuid", "int4", "text[]", "timestamptz", "text", "text?", "int4", "timestamptz", "uuid", "bytea", "timestamptz"],
  row,
  budget: { access: "write", maxRows: 1 },
});

export interface NewSession {
  id: string;
  userId: string;
  /** Under which the proof was read (users.users.session_epoch). */
  epoch: number;
  methods: readonly string[];
  at: Date;
  /** When they were shown, where that was before `at`. */
  authenticatedAt?: Date;
  device: string;
  ip: string | null;
  /** Seconds for which it may stay unused. */
  idleSeconds: number;
  expiresAt: Date;
  token: { id: string; secretHash: Buffer };
}

/** The session with its first token; undefined where the person is disabled or their proof has lapsed meanwhile. */
export async function insertSession(db: Reader, { id, userId, epoch, methods, at, authenticatedAt, device, ip, idleSeconds, expiresAt, token }: NewSession): Promise<Session | undefined> {
  const made = await db.maybeOne(open, [id, userId, epoch, [...methods], at, device, ip, idleSeconds, expiresAt, token.id, token.secretHash, authenticatedAt ?? at]);
  return made && toSession(made);
}

// All that decides stands in the one row of the session, which the update reads anew once it holds its lock: a thousand uses of one token
// at the same moment take their turns at it. The first replaces the token, the others find themselves its predecessor. A token whose
// secret is wrong, or whose session is over, touches nothing.
const rotate = query({
  name: "users.rotateRefreshToken",
  text: `with asked as (
      select t.session_id from users.refresh_tokens t
      join users.sessions a on a.id = t.session_id join users.users u on u.id = a.user_id and u.status = 'ACTIVE'
      where t.id = $1 and t.secret_hash = $2
    ), family as (
      update users.sessions as s set
        current_token = case when s.current_token = $1 then $3 else s.current_token end,
        previous_token = case when s.current_token = $1 then $1 else s.previous_token end,
        rotated_at = case when s.current_token = $1 then $5 else s.rotated_at end,
        last_seen_at = case when s.current_token = $1 then $5 else s.last_seen_at end,
        idle_expires_at = case when s.current_token = $1 then least($5 + make_interval(secs => s.idle_seconds), s.expires_at) else s.idle_expires_at end,
        device = case when s.current_token = $1 then coalesce($6, s.device) else s.device end,
        ip = case when s.current_token = $1 then coalesce($7, s.ip) else s.ip end,
        revoked_at = case when s.current_token = $1 or (s.previous_token = $1 and s.rotated_at > $5::timestamptz - interval '${REFRESH_GRACE_MS} milliseconds') then null else clock_timestamp() end,
        revoked_why = case when s.current_token = $1 or (s.previous_token = $1 and s.rotated_at > $5::timestamptz - interval '${REFRESH_GRACE_MS} milliseconds') then null else 'REUSE' end
      from asked a where s.id = a.session_id and s.revoked_at is null and s.expires_at > $5 and s.idle_expires_at > $5
      returning ${COLUMNS}, s.current_token, s.revoked_at is not null as is_reuse
    ), token as (
      insert into users.refresh_tokens (id, session_id, secret_hash, created_at) select $3, f.id, $4, $5 from family f where f.current_token = $3 and not f.is_reuse
    )
    select * from family`,
  params: ["uuid", "bytea", "uuid", "bytea", "timestamptz", "text?", "text?"],
  row: { ...row, current_token: "uuid", is_reuse: "bool" },
  budget: { access: "write", maxRows: 1 },
});

export interface Rotation {
  session: Session;
  /** The token to go on with: new, or the successor that another use has made. */
  tokenId: string;
  /** The token had been replaced: its session has ended. */
  isReuse: boolean;
}

/** Uses a token up; undefined for one that is unknown, or whose session is over. */
export async function rotateRefreshToken(
  db: Reader,
  presented: { id: string; secretHash: Buffer },
  next: { id: string; secretHash: Buffer; at: Date; device: string | null; ip: string | null },
): Promise<Rotation | undefined> {
  const found = await db.maybeOne(rotate, [presented.id, presented.secretHash, next.id, next.secretHash, next.at, next.device, next.ip]);
  return found && { session: toSession(found), tokenId: found.current_token, isReuse: found.is_reuse };
}

const renew = query({
  name: "users.renewSession",
  text: `with family as (
      update users.sessions as s set previous_token = s.current_token, current_token = $3, rotated_at = $5, last_seen_at = $5,
        idle_expires_at = least($5 + make_interval(secs => s.idle_seconds), s.expires_at), authenticated_at = $5, methods = $6
      where s.id = $1 and s.user_id = $2 and s.revoked_at is null and s.expires_at > $5 and s.idle_expires_at > $5
      returning ${COLUMNS}
    ), token as (
      insert into users.refresh_tokens (id, session_id, secret_hash, created_at) select $3, f.id, $4, $5 from family f
    )
    select * from family`,
  params: ["uuid", "uuid", "uuid", "bytea", "timestamptz", "text[]"],
  row,
  budget: { access: "write", maxRows: 1 },
});

/** The session with a new proof and a new token; undefined where it is over. */
export async function renewSessionProof(db: Reader, { id, userId }: { id: string; userId: string }, next: { id: string; secretHash: Buffer; at: Date; methods: readonly string[] }): Promise<Session | undefined> {
  const found = await db.maybeOne(renew, [id, userId, next.id, next.secretHash, next.at, [...next.methods]]);
  return found && toSession(found);
}

const live = query({
  name: "users.liveSessions",
  text: `select s.* from unnest($1::uuid[]) as asked (user_id) cross join lateral (
      select ${COLUMNS} from users.sessions s
      where s.user_id = asked.user_id and s.revoked_at is null and s.expires_at > $2 and s.idle_expires_at > $2 order by s.last_seen_at desc, s.id desc limit ${MAX_SESSIONS}
    ) s`,
  params: ["uuid[]", "timestamptz"],
  row,
  budget: { access: "index", maxRows: 100_000 },
});

/** The sessions of people that are not over at `at`, the last used first. */
export async function listLiveSessions(db: Reader, userIds: readonly string[], at: Date): Promise<Session[]> {
  return (await db.many(live, [userIds, at])).map(toSession);
}

const revokeOne = query({
  name: "users.revokeSession",
  text: `update users.sessions s set revoked_at = clock_timestamp(), revoked_why = $3
    where s.id = $1 and s.user_id = $2 and s.revoked_at is null and s.expires_at > $4 and s.idle_expires_at > $4 returning s.id`,
  params: ["uuid", "uuid", "text", "timestamptz"],
  row: { id: "uuid" },
  budget: { access: "write", maxRows: 1 },
});

const revokeAll = query({
  name: "users.revokeSessions",
  text: `with ended as (
      update users.sessions s set revoked_at = clock_timestamp(), revoked_why = $2 where s.user_id = $1 and s.revoked_at is null and ($3::uuid is null or s.id <> $3)
      returning s.expires_at > $4 and s.idle_expires_at > $4 as was_live
    )
    select count(*) filter (where e.was_live) as ended from ended e`,
  params: ["uuid", "text", "uuid?", "timestamptz"],
  row: { ended: "int8" },
  budget: { access: "write", maxRows: 1 },
});

export type RevokedWhy = "LOGOUT" | "REVOKED" | "PASSWORD" | "DISABLED";

/** Ends a live session of the person; false where there is none of this id. */
export async function revokeSession(db: Reader, { id, userId, why, at }: { id: string; userId: string; why: RevokedWhy; at: Date }): Promise<boolean> {
  return (await db.maybeOne(revokeOne, [id, userId, why, at])) !== undefined;
}

/** Ends all sessions of the person but the one to keep; answers how many of them lived. */
export async function revokeSessions(db: Reader, { userId, why, keep, at }: { userId: string; why: RevokedWhy; keep: string | null; at: Date }): Promise<number> {
  return Number((await db.one(revokeAll, [userId, why, keep, at])).ended);
}

const revokeByToken = query({
  name: "users.revokeSessionOfToken",
  text: `update users.sessions s set revoked_at = clock_timestamp(), revoked_why = 'LOGOUT'
    from users.refresh_tokens t where t.id = $1 and t.secret_hash = $2 and s.id = t.session_id and s.revoked_at is null`,
  params: ["uuid", "bytea"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

/** Ends the session that a refresh token belongs to, whichever generation it is of. */
export async function revokeSessionOfToken(db: Reader, token: { id: string; secretHash: Buffer }): Promise<void> {
  await db.execute(revokeByToken, [token.id, token.secretHash]);
}

const sweep = query({
  name: "users.sweepSessions",
  text: `delete from users.sessions s where s.id in (
      select o.id from users.sessions o where o.expires_at < $1 or o.revoked_at < $1 limit 1000)`,
  params: ["timestamptz"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

/** Forgets sessions that ended before `before`, with their tokens, devices and addresses; at most 1,000 at a time. */
export async function sweepSessions(db: Reader, before: Date): Promise<number> {
  return db.execute(sweep, [before]);
}

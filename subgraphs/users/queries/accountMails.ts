import type { Tx } from "#platform/db/database.ts";
import { query } from "#platform/db/query.ts";

const want = query({
  name: "users.wantAccountMail",
  text: `with asked as (insert into users.account_mail_requests as q (kind, user_id, email, session_epoch)
      select $1, $2::uuid, $3, (select u.session_epoch from users.users u where u.id = $2::uuid) returning q.id, q.user_id)
    insert into platform.outbox (aggregate, aggregate_id, type, payload, occurred_at)
    select $4, coalesce(a.user_id, a.id), $5, jsonb_strip_nulls(jsonb_build_object('requestId', a.id, 'userId', a.user_id)), $6 from asked a`,
  params: ["text", "uuid?", "text", "text", "text", "timestamptz"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

const EVENT_OF = {
  VERIFY_EMAIL: "EmailVerificationWanted",
  RESET_PASSWORD: "PasswordResetWanted",
  CHANGE_EMAIL: "EmailChangeWanted",
  EMAIL_CHANGE_NOTICE: "EmailChangeNoticeWanted",
  PASSWORD_NOTICE: "PasswordChanged",
} as const;

/** Asks for a mail about an account, in the transaction of what it is about. Without a person it is found by the address where the mail is written. */
export async function wantAccountMail(tx: Tx, { kind, userId, email, at }: { kind: keyof typeof EVENT_OF; userId: string | null; email: string; at: Date }): Promise<void> {
  await tx.execute(want, [kind, userId, email, userId === null ? "password_reset" : "user", EVENT_OF[kind], at]);
}

const sweepRequests = query({
  name: "users.sweepAccountMails",
  text: "delete from users.account_mail_requests q where q.id in (select o.id from users.account_mail_requests o where o.requested_at < clock_timestamp() - interval '2 days' limit 1000)",
  params: [],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

const sweepTokens = query({
  name: "users.sweepOneTimeTokens",
  text: "delete from users.one_time_tokens t where t.secret_hash in (select o.secret_hash from users.one_time_tokens o where o.expires_at < clock_timestamp() limit 1000)",
  params: [],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

/** Forgets what was asked for days ago, and tokens that are over. */
export async function sweepAccountMails(tx: Pick<Tx, "execute">): Promise<void> {
  await tx.execute(sweepRequests, []);
  await tx.execute(sweepTokens, []);
}

import type { Reader, Tx } from "#platform/db/database.ts";
import { query, type RowOf } from "#platform/db/query.ts";
import { CONSENT_PURPOSES, type ConsentDecision, type ConsentPurpose, type ConsentSource } from "../domain/consent.ts";

const COLUMNS = "c.id, c.user_id, c.purpose, c.is_granted, c.source, c.text_version, c.decided_at";
const row = { id: "uuid", user_id: "uuid", purpose: "text", is_granted: "bool", source: "text", text_version: "text", decided_at: "timestamptz" } as const;

const toDecision = (found: RowOf<typeof row>): ConsentDecision => ({
  id: found.id, userId: found.user_id, purpose: found.purpose as ConsentPurpose, granted: found.is_granted, source: found.source as ConsentSource,
  textVersion: found.text_version, decidedAt: found.decided_at,
});

const latest = query({
  name: "users.latestConsents",
  text: `select ${COLUMNS} from unnest($1::uuid[]) as asked (user_id)
    cross join unnest(array['${CONSENT_PURPOSES.join("', '")}']) as p (purpose)
    cross join lateral (select * from users.consents c where c.user_id = asked.user_id and c.purpose = p.purpose order by c.id desc limit 1) c`,
  params: ["uuid[]"],
  row,
  budget: { access: "index", maxRows: 4_000 },
});

const history = query({
  name: "users.consentHistory",
  text: `select ${COLUMNS} from unnest($1::uuid[]) as asked (user_id)
    cross join lateral (select * from users.consents c where c.user_id = asked.user_id and ($3::uuid is null or c.id < $3) order by c.id desc limit $2) c`,
  params: ["uuid[]", "int4", "uuid?"],
  row,
  budget: { access: "index", maxRows: 101_000 },
});

// Answers of one person come one after the other, and none comes after the account is gone.
const lockPerson = query({
  name: "users.lockPersonForConsent",
  text: "select u.id from users.users u where u.id = $1 and u.status = 'ACTIVE' for no key update",
  params: ["uuid"],
  row: { id: "uuid" },
  budget: { access: "write", maxRows: 1 },
});

const insert = query({
  name: "users.insertConsent",
  text: `insert into users.consents as c (user_id, purpose, is_granted, source, text_version, decided_at) values ($1, $2, $3, $4, $5, $6) returning ${COLUMNS}`,
  params: ["uuid", "text", "bool", "text", "text", "timestamptz"],
  row,
  budget: { access: "write", maxRows: 1 },
});

/** The latest answer of each person to each purpose they were asked about. */
export async function listLatestConsents(db: Reader, userIds: readonly string[]): Promise<ConsentDecision[]> {
  return (await db.many(latest, [userIds])).map(toDecision);
}

/** Answers before the cursor's, the latest first, at most limit + 1 of each person. */
export async function listConsentHistory(db: Reader, userIds: readonly string[], limit: number, beforeId: string | undefined): Promise<ConsentDecision[]> {
  return (await db.many(history, [userIds, limit + 1, beforeId ?? null])).map(toDecision);
}

/** Whether the person is there and active; holds their row, so that answers come one after the other. */
export async function lockConsents(tx: Tx, userId: string): Promise<boolean> {
  return (await tx.maybeOne(lockPerson, [userId])) !== undefined;
}

export async function insertConsent(tx: Tx, decision: Omit<ConsentDecision, "id">): Promise<ConsentDecision> {
  return toDecision(await tx.one(insert, [decision.userId, decision.purpose, decision.granted, decision.source, decision.textVersion, decision.decidedAt]));
}

import type { Reader } from "#platform/db/database.ts";
import { query } from "#platform/db/query.ts";

/** A line of the audit log. */
export interface AuditEvent {
  /** UUID. */
  readonly id: string;
  readonly recordedAt: Date;
  /** UUID of users.users; null for a program. */
  readonly actorId: string | null;
  readonly roles: readonly string[];
  readonly action: string;
  readonly targetKind: string;
  readonly targetId: string | null;
  readonly details: Readonly<Record<string, unknown>>;
  readonly requestId: string | null;
}

export interface AuditWhere {
  readonly actorId: string | null;
  readonly action: string | null;
  readonly targetKind: string | null;
  readonly targetId: string | null;
  readonly from: Date | null;
  readonly to: Date | null;
}

// Ids begin with the time, so the order of ids is the order of writing and the key of the pages. Filters that are not given are null.
const page = query({
  name: "users.auditLog",
  text: `select a.id, a.recorded_at, a.actor_id, a.roles, a.action, a.target_kind, a.target_id, a.details, a.request_id
    from platform.audit_log a
    where ($1::uuid is null or a.actor_id = $1) and ($2::text is null or a.action = $2) and ($3::text is null or a.target_kind = $3) and ($4::text is null or a.target_id = $4)
      and ($5::timestamptz is null or a.recorded_at >= $5) and ($6::timestamptz is null or a.recorded_at < $6) and a.id < $7
    order by a.id desc limit $8`,
  params: ["uuid?", "text?", "text?", "text?", "timestamptz?", "timestamptz?", "uuid", "int4"],
  row: { id: "uuid", recorded_at: "timestamptz", actor_id: "uuid?", roles: "text[]", action: "text", target_kind: "text", target_id: "text?", details: "jsonb", request_id: "text?" },
  budget: { access: "index", maxRows: 101 },
});

/** The newest first, before the line `before`. */
export async function listAuditEvents(db: Reader, { actorId, action, targetKind, targetId, from, to }: AuditWhere, before: string, limit: number): Promise<AuditEvent[]> {
  return (await db.many(page, [actorId, action, targetKind, targetId, from, to, before, limit])).map((found) => ({
    id: found.id, recordedAt: found.recorded_at, actorId: found.actor_id, roles: found.roles, action: found.action, targetKind: found.target_kind,
    targetId: found.target_id, details: found.details as Record<string, unknown>, requestId: found.request_id,
  }));
}

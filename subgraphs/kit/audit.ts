import type { Reader } from "#platform/db/database.ts";
import { query } from "#platform/db/query.ts";
import type { Viewer } from "./viewer.ts";

/** Ids, codes, states, names of fields, counts: see {@link audit}. */
export type AuditDetails = Readonly<Record<string, string | number | bigint | boolean | null | undefined | readonly string[]>>;

/** Something that was done by a privilege. */
export interface AuditedAct {
  /** Who did it: the request's viewer. */
  readonly actor: Viewer;
  /** The mutation's name. */
  readonly action: string;
  /** What it was done to: `order`, `promotion`, `user`. */
  readonly targetKind: string;
  /** Its UUID; null where there is only one of the kind. */
  readonly targetId: string | null;
  /** What a reader has to know beside: ids, codes, states and names of fields. No personal data, no secrets, no free text. */
  readonly details?: AuditDetails;
  /** The request it was done in; a command's parts have it. */
  readonly requestId?: string | undefined;
}

const insert = query({
  name: "audit.insert",
  text: `insert into platform.audit_log (actor_id, roles, session_id, action, target_kind, target_id, details, request_id)
    values ($1, $2, $3, $4, $5, $6, $7, $8)`,
  params: ["uuid?", "text[]", "uuid?", "text", "text", "text?", "jsonb", "text?"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

/** Who a command acts for: its parts. */
export interface Auditor {
  readonly viewer: Viewer;
  readonly requestId?: string | undefined;
}

/** The same for a command, which has all of that in its parts. */
export function auditAs(tx: Reader, { viewer, requestId }: Auditor, action: string, targetKind: string, targetId: string | null, details?: AuditDetails): Promise<void> {
  return audit(tx, { actor: viewer, requestId, action, targetKind, targetId, ...(details ? { details } : {}) });
}

const LEFT_OUT = "[left out]";
const MAX_ITEMS = 100;

/** Writes who did what, in the transaction of the act: told if it commits, never told if it does not. */
export async function audit(tx: Reader, { actor, action, targetKind, targetId, details = {}, requestId }: AuditedAct): Promise<void> {
  await tx.execute(insert, [actor.userId, [...actor.roles], actor.sessionId ?? null, action, targetKind, targetId, auditable(details), requestId?.slice(0, 200) ?? null]);
}

/** The details without what looks like words of people: a name, an address or a token that gets here by mistake is not kept. */
export function auditable(details: AuditDetails): Record<string, unknown> {
  return Object.fromEntries(Object.entries(details).flatMap(([name, value]) => (value === undefined ? [] : [[name, plain(value)]])));
}

function plain(value: Exclude<AuditDetails[string], undefined>): unknown {
  if (typeof value === "string") return isNameOfThing(value) ? value : LEFT_OUT;
  if (typeof value === "bigint") return value.toString();
  if (typeof value !== "object" || value === null) return value;
  const shown = value.slice(0, MAX_ITEMS).map((item) => (isNameOfThing(item) ? item : LEFT_OUT));
  return value.length > MAX_ITEMS ? [...shown, `and ${value.length - MAX_ITEMS} more`] : shown;
}

/** A UUID, an id of the graph, a code, a state, a name of a field, a decimal, an instant. No room for a sentence, an e-mail address or a long secret. */
function isNameOfThing(text: string): boolean {
  return /^[A-Za-z0-9_.:+-]{0,64}$/.test(text);
}

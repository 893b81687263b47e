import { audit } from "#kit/audit.ts";
import { can } from "#kit/viewer.ts";
import { decodeId } from "#schema/values/ids.ts";
import { err, ok, type Result } from "#schema/values/result.ts";
import type { UsersContext } from "../../context.ts";
import { requireStepUp, type StepUpRequired } from "../../domain/stepUp.ts";
import { revokeSession, revokeSessions } from "../../queries/sessions.ts";

export interface SessionRevokeInput {
  id?: string | null;
  all?: boolean | null;
  exceptCurrent?: boolean | null;
  userId?: string | null;
}

export type SessionRevokeRefusal =
  | { code: "SESSION_NOT_FOUND" }
  | { code: "INVALID_VALUE"; why: "BOTH_OR_NEITHER" | "NOT_MINE" }
  | StepUpRequired;

/** Ends one session or all; answers how many. Of somebody else only who may change accounts, and that is written down. */
export async function sessionRevoke(context: Pick<UsersContext, "db" | "clocks" | "viewer" | "requestId">, { id, all, exceptCurrent, userId }: SessionRevokeInput): Promise<Result<number, SessionRevokeRefusal>> {
  const { db, clocks, viewer } = context;
  const self = viewer.userId as string;
  if ((id == null) === (all !== true)) return err({ code: "INVALID_VALUE", why: "BOTH_OR_NEITHER" });
  const owner = userId == null ? self : decodeId("usr", userId);
  const isOther = owner !== self;
  if (isOther && exceptCurrent === true) return err({ code: "INVALID_VALUE", why: "NOT_MINE" });
  if (owner === undefined || (isOther && !can(viewer, "users.write"))) return err({ code: "SESSION_NOT_FOUND" });
  const stepUp = all === true || isOther ? requireStepUp(viewer, clocks) : undefined;
  if (stepUp) return err(stepUp);
  const at = clocks.wall.now();
  const sessionId = id == null ? undefined : decodeId("ses", id);
  if (id != null && sessionId === undefined) return err({ code: "SESSION_NOT_FOUND" });
  const ended = await db.tx(async (tx) => {
    const count = sessionId === undefined
      ? await revokeSessions(tx, { userId: owner, why: "REVOKED", keep: exceptCurrent === true ? (viewer.sessionId ?? null) : null, at })
      : Number(await revokeSession(tx, { id: sessionId, userId: owner, why: "REVOKED", at }));
    if (isOther) await audit(tx, { actor: viewer, action: "sessionRevoke", targetKind: "user", targetId: owner, details: { sessionId, ended: count }, requestId: context.requestId });
    return count;
  });
  return sessionId !== undefined && ended === 0 ? err({ code: "SESSION_NOT_FOUND" }) : ok(ended);
}

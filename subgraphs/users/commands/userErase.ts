import { audit } from "#kit/audit.ts";
import { unauthenticated } from "#kit/errors.ts";
import { isIdempotencyKey } from "#kit/idempotency.ts";
import { can } from "#kit/viewer.ts";
import { err, ok, type Result } from "#schema/values/result.ts";
import type { Commanded } from "../context.ts";
import { permissionsOfRoles, type PermissionNotHeld, refuseGrant } from "../domain/permissionGroup.ts";
import { requireStepUp, type StepUpRequired } from "../domain/stepUp.ts";
import { eraseEverywhere, keys, listObstacles, type Obstacle } from "../queries/erasures.ts";
import { findRightsForUpdate, isLastAdmin } from "../queries/userRights.ts";

export type UserEraseRefusal =
  | StepUpRequired
  | PermissionNotHeld
  | { code: "USER_NOT_FOUND" }
  | { code: "LAST_ADMIN" }
  | { code: "ERASURE_MUST_WAIT"; obstacles: readonly Obstacle[] }
  | { code: "INVALID_IDEMPOTENCY_KEY" }
  | { code: "IDEMPOTENCY_CONFLICT" }
  | { code: "REQUEST_IN_PROGRESS"; retryAfterSeconds: number };

/** Everything happens in one transaction: the lease only has to be there. */
const LEASE_SECONDS = 60;

/**
 * Erases the viewer, or with users.erase anybody who has no rights that the viewer lacks. One transaction over all slices: either the
 * person is gone from the shop or nothing happened.
 */
export async function userErase(parts: Commanded & { readonly requestId: string }, input: { id: string | null | undefined; key: string }): Promise<Result<Date, UserEraseRefusal>> {
  const { db, clocks, viewer } = parts;
  if (viewer.userId === null) throw unauthenticated();
  const userId = input.id === null ? viewer.userId : input.id;
  const isSelf = userId === viewer.userId;
  if (userId === undefined || (!isSelf && !can(viewer, "users.erase"))) return err({ code: "USER_NOT_FOUND" });
  const stale = requireStepUp(viewer, clocks);
  if (stale) return err(stale);
  if (!isIdempotencyKey(input.key)) return err({ code: "INVALID_IDEMPOTENCY_KEY" });
  const call = { actor: `user:${viewer.userId}`, operation: "userErase", key: input.key, content: { userId } };
  return db.tx<Result<Date, UserEraseRefusal>>(async (tx) => {
    const claim = await keys.claim(tx, call, LEASE_SECONDS);
    if (claim.kind === "CONFLICT") return err({ code: "IDEMPOTENCY_CONFLICT" });
    if (claim.kind === "RUNNING") return err({ code: "REQUEST_IN_PROGRESS", retryAfterSeconds: claim.retryAfterSeconds });
    if (claim.kind === "STORED") return ok(new Date((claim.response as { erasedAt: string }).erasedAt));
    const refuse = async (refusal: UserEraseRefusal): Promise<Result<Date, UserEraseRefusal>> => {
      await keys.forget(tx, call);
      return err(refusal);
    };
    const person = await findRightsForUpdate(tx, userId);
    if (!person) return refuse({ code: "USER_NOT_FOUND" });
    const notHeld = isSelf ? undefined : refuseGrant(viewer, permissionsOfRoles(person.roles), []);
    if (notHeld) return refuse(notHeld);
    if (person.roles.includes("ADMIN") && (await isLastAdmin(tx, userId))) return refuse({ code: "LAST_ADMIN" });
    const obstacles = await listObstacles(tx, userId);
    if (obstacles.length > 0) return refuse({ code: "ERASURE_MUST_WAIT", obstacles });
    const at = clocks.business.now();
    const erasureId = await eraseEverywhere(tx, userId, at);
    if (erasureId === undefined) return refuse({ code: "USER_NOT_FOUND" });
    // The entry of the ledger is named and not the person: the log would go on knowing who it was.
    if (!isSelf) await audit(tx, { actor: viewer, action: "userErase", targetKind: "erasure", targetId: erasureId, requestId: parts.requestId });
    await keys.finish(tx, call, { erasedAt: at.toISOString() });
    return ok(at);
  }, { retries: 3 });
}

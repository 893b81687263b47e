import { err, ok, type Result } from "#schema/values/result.ts";
import type { Role } from "#kit/viewer.ts";
import { type InvalidValue, permissionsOfRoles, type PermissionNotHeld, refuseGrant } from "../../domain/permissionGroup.ts";
import { requireStepUp, type StepUpRequired } from "../../domain/stepUp.ts";
import { findRightsForUpdate, lockAdmins, setUserRoles, voidAccessTokens } from "../../queries/userRights.ts";
import { auditRights, type Commanded } from "./changeRights.ts";

export type UserRolesSetRefusal = InvalidValue | PermissionNotHeld | StepUpRequired | { code: "USER_NOT_FOUND" } | { code: "LAST_ADMIN" };

/** Gives a person other roles. Access tokens with the earlier ones are refused from now on; sessions go on. */
export async function userRolesSet(parts: Commanded, { userId, roles: asked }: { userId: string | undefined; roles: readonly Role[] }): Promise<Result<string, UserRolesSetRefusal>> {
  const stale = requireStepUp(parts.viewer, parts.clocks);
  if (stale) return err(stale);
  const roles = [...new Set(asked)].sort();
  if (roles.length === 0) return err({ code: "INVALID_VALUE", why: "Name at least one role: who only buys is a CUSTOMER.", path: ["input", "roles"] });
  if (userId === undefined) return err({ code: "USER_NOT_FOUND" });
  return parts.db.tx<Result<string, UserRolesSetRefusal>>(async (tx) => {
    const admins = await lockAdmins(tx);
    const person = await findRightsForUpdate(tx, userId);
    if (!person) return err({ code: "USER_NOT_FOUND" });
    const changed = [...person.roles.filter((role) => !roles.includes(role)), ...roles.filter((role) => !person.roles.includes(role))];
    // Programs have no person behind them who could answer for what they do.
    if (changed.includes("SERVICE")) return err({ code: "INVALID_VALUE", why: "SERVICE is for programs of the shop: no person gets or loses it here.", path: ["input", "roles"] });
    const notHeld = refuseGrant(parts.viewer, permissionsOfRoles(person.roles), permissionsOfRoles(roles));
    if (notHeld) return err(notHeld);
    if (!roles.includes("ADMIN") && admins.length === 1 && admins[0] === userId) return err({ code: "LAST_ADMIN" });
    if (changed.length > 0) {
      await setUserRoles(tx, userId, roles);
      await voidAccessTokens(tx, [userId]);
    }
    await auditRights(tx, parts, { action: "userRolesSet", targetKind: "user", targetId: userId, details: { before: person.roles, after: roles } });
    return ok(userId);
  }, { retries: 3 });
}

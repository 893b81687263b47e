import { err, ok, type Result } from "#schema/values/result.ts";
import { type PermissionNotHeld, refuseGrant } from "../../domain/permissionGroup.ts";
import { requireStepUp, type StepUpRequired } from "../../domain/stepUp.ts";
import { deletePermissionGroup, lockPermissionGroups } from "../../queries/permissionGroups.ts";
import { voidAccessTokens } from "../../queries/userRights.ts";
import { auditRights, type Commanded } from "./changeRights.ts";

export type GroupDeleteRefusal = PermissionNotHeld | StepUpRequired | { code: "PERMISSION_GROUP_NOT_FOUND" };

/** Takes a group away with what it gave to its members. */
export async function permissionGroupDelete(parts: Commanded, id: string | undefined): Promise<Result<{ id: string; members: number }, GroupDeleteRefusal>> {
  const stale = requireStepUp(parts.viewer, parts.clocks);
  if (stale) return err(stale);
  return parts.db.tx<Result<{ id: string; members: number }, GroupDeleteRefusal>>(async (tx) => {
    const group = (await lockPermissionGroups(tx)).find((one) => one.id === id);
    if (!group) return err({ code: "PERMISSION_GROUP_NOT_FOUND" });
    const notHeld = refuseGrant(parts.viewer, group.permissions, []);
    if (notHeld) return err(notHeld);
    const members = await deletePermissionGroup(tx, group.id);
    await voidAccessTokens(tx, members);
    await auditRights(tx, parts, { action: "permissionGroupDelete", targetKind: "permissionGroup", targetId: group.id, details: { taken: group.permissions, members: members.length } });
    return ok({ id: group.id, members: members.length });
  }, { retries: 3 });
}

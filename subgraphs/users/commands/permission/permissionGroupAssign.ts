import { err, ok, type Result } from "#schema/values/result.ts";
import { type PermissionGroup, type PermissionNotHeld, refuseGrant } from "../../domain/permissionGroup.ts";
import { requireStepUp, type StepUpRequired } from "../../domain/stepUp.ts";
import { addPermissionGroupMember, lockPermissionGroups, removePermissionGroupMember } from "../../queries/permissionGroups.ts";
import { isUser, voidAccessTokens } from "../../queries/userRights.ts";
import { auditRights, type Commanded } from "./changeRights.ts";

export type GroupMemberRefusal = PermissionNotHeld | StepUpRequired | { code: "PERMISSION_GROUP_NOT_FOUND" } | { code: "USER_NOT_FOUND" };

/** Undefined where an id names nothing of its kind at all. */
export interface GroupMember {
  readonly groupId: string | undefined;
  readonly userId: string | undefined;
}

/** Puts a person into a group. Somebody who is in it already stays as they are. */
export function permissionGroupAssign(parts: Commanded, member: GroupMember): Promise<Result<{ group: PermissionGroup; userId: string }, GroupMemberRefusal>> {
  return change(parts, member, "permissionGroupAssign");
}

/** Takes a person out of a group. */
export function permissionGroupRemove(parts: Commanded, member: GroupMember): Promise<Result<{ group: PermissionGroup; userId: string }, GroupMemberRefusal>> {
  return change(parts, member, "permissionGroupRemove");
}

async function change(parts: Commanded, { groupId, userId }: GroupMember, action: "permissionGroupAssign" | "permissionGroupRemove"): Promise<Result<{ group: PermissionGroup; userId: string }, GroupMemberRefusal>> {
  const stale = requireStepUp(parts.viewer, parts.clocks);
  if (stale) return err(stale);
  return parts.db.tx<Result<{ group: PermissionGroup; userId: string }, GroupMemberRefusal>>(async (tx) => {
    const group = (await lockPermissionGroups(tx)).find((one) => one.id === groupId);
    if (!group) return err({ code: "PERMISSION_GROUP_NOT_FOUND" });
    if (userId === undefined || !(await isUser(tx, userId))) return err({ code: "USER_NOT_FOUND" });
    const isGiven = action === "permissionGroupAssign";
    const notHeld = refuseGrant(parts.viewer, isGiven ? [] : group.permissions, isGiven ? group.permissions : []);
    if (notHeld) return err(notHeld);
    const at = parts.clocks.wall.now();
    const isChanged = isGiven ? await addPermissionGroupMember(tx, group.id, userId, at) : await removePermissionGroupMember(tx, group.id, userId);
    if (isChanged) await voidAccessTokens(tx, [userId]);
    await auditRights(tx, parts, { action, targetKind: "user", targetId: userId, details: { groupId: group.id, permissions: group.permissions, isChanged } });
    return ok({ group, userId });
  }, { retries: 3 });
}

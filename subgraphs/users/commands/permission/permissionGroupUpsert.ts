import { err, ok, type Result } from "#schema/values/result.ts";
import { type GroupInput, type InvalidValue, MAX_GROUPS, type PermissionGroup, type PermissionNotHeld, readGroup, refuseGrant } from "../../domain/permissionGroup.ts";
import { requireStepUp, type StepUpRequired } from "../../domain/stepUp.ts";
import { insertPermissionGroup, listAllMembers, lockPermissionGroups, updatePermissionGroup } from "../../queries/permissionGroups.ts";
import { voidAccessTokens } from "../../queries/userRights.ts";
import { auditRights, type Commanded } from "./changeRights.ts";

export type GroupUpsertRefusal =
  | InvalidValue
  | PermissionNotHeld
  | StepUpRequired
  | { code: "PERMISSION_GROUP_NOT_FOUND" }
  | { code: "GROUP_NAME_TAKEN" }
  | { code: "TOO_MANY_GROUPS" }
  | { code: "VERSION_CONFLICT"; expected: number; actual: number };

export interface GroupUpsertInput extends GroupInput {
  /** Null makes one; undefined where the id names no group at all. */
  readonly id: string | null | undefined;
  readonly expectedVersion: number | null;
}

/** Makes a group, or changes one as a whole. Its members have the new permissions with their next access token. */
export async function permissionGroupUpsert(parts: Commanded, input: GroupUpsertInput): Promise<Result<PermissionGroup, GroupUpsertRefusal>> {
  const stale = requireStepUp(parts.viewer, parts.clocks);
  if (stale) return err(stale);
  const read = readGroup(input);
  if (!read.ok) return read;
  const content = read.value;
  const at = parts.clocks.wall.now();
  return parts.db.tx<Result<PermissionGroup, GroupUpsertRefusal>>(async (tx) => {
    const groups = await lockPermissionGroups(tx);
    const before = groups.find((group) => group.id === input.id);
    if (input.id !== null && !before) return err({ code: "PERMISSION_GROUP_NOT_FOUND" });
    if (before && input.expectedVersion !== null && input.expectedVersion !== before.version) return err({ code: "VERSION_CONFLICT", expected: input.expectedVersion, actual: before.version });
    const notHeld = refuseGrant(parts.viewer, before?.permissions ?? [], content.permissions);
    if (notHeld) return err(notHeld);
    if (groups.some((group) => group.id !== before?.id && group.name.toLowerCase() === content.name.toLowerCase())) return err({ code: "GROUP_NAME_TAKEN" });
    if (!before && groups.length >= MAX_GROUPS) return err({ code: "TOO_MANY_GROUPS" });
    const group = before ? await updatePermissionGroup(tx, before.id, content, at) : await insertPermissionGroup(tx, content, at);
    if (before) await voidAccessTokens(tx, await listAllMembers(tx, group.id));
    const had = new Set<string>(before?.permissions);
    await auditRights(tx, parts, {
      action: "permissionGroupUpsert", targetKind: "permissionGroup", targetId: group.id,
      details: { given: group.permissions.filter((name) => !had.has(name)), taken: (before?.permissions ?? []).filter((name) => !group.permissions.includes(name)) },
    });
    return ok(group);
  }, { retries: 3 });
}

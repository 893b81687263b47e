import { isPermission, type Permission, type PermissionEntry, PERMISSIONS, permissionsOfRole, type Role } from "#schema/permissions.ts";
import { err, ok, type Result } from "#schema/values/result.ts";
import { can, type Viewer } from "#kit/viewer.ts";
import { isUnshowable } from "#schema/values/text.ts";

export interface PermissionGroup {
  /** UUID. */
  readonly id: string;
  readonly name: string;
  readonly description: string | null;
  readonly permissions: readonly Permission[];
  readonly version: number;
  readonly updatedAt: Date;
}

/** What a group is given as; text as it came. */
export interface GroupInput {
  readonly name: string;
  readonly description: string | null;
  readonly permissions: readonly string[];
}
export interface GroupContent {
  readonly name: string;
  readonly description: string | null;
  readonly permissions: readonly Permission[];
}

export interface InvalidValue { code: "INVALID_VALUE"; why: string; path: readonly string[] }
export interface PermissionNotHeld { code: "PERMISSION_NOT_HELD"; permissions: readonly Permission[] }

const MAX_NAME = 60;
const MAX_DESCRIPTION = 500;
/** Most groups the shop has: they are listed whole, and one is found by eye. */
export const MAX_GROUPS = 200;

export function readGroup(input: GroupInput): Result<GroupContent, InvalidValue> {
  const invalid = (why: string, ...path: string[]): Result<never, InvalidValue> => err({ code: "INVALID_VALUE", why, path: ["input", ...path] });
  const name = input.name.trim().normalize("NFC");
  if (!isShowable(name, MAX_NAME)) return invalid(`The name must have 1 to ${MAX_NAME} characters that can be shown.`, "name");
  const description = input.description?.trim().normalize("NFC") || null;
  if (description !== null && !isShowable(description, MAX_DESCRIPTION)) return invalid(`The description must have at most ${MAX_DESCRIPTION} characters that can be shown.`, "description");
  const unknown = input.permissions.findIndex((text) => !isPermission(text));
  if (unknown >= 0) return invalid("There is no such permission: the query `permissions` lists them.", "permissions", String(unknown));
  const permissions = [...new Set(input.permissions.filter(isPermission))].sort();
  return permissions.length === 0 ? invalid("Name at least one permission.", "permissions") : ok({ name, description, permissions });
}

function isShowable(text: string, most: number): boolean {
  return text !== "" && [...text].length <= most && !isUnshowable(text);
}

/** Whether the viewer may give the permission or take it: by holding it, or the wider one that contains it. */
export function mayGive(viewer: Viewer, permission: Permission): boolean {
  if (can(viewer, permission)) return true;
  const { within }: PermissionEntry = PERMISSIONS[permission];
  return within !== undefined && isPermission(within) && can(viewer, within);
}

/**
 * The refusal of a change from what somebody holds to what they are to hold: whoever makes it must hold everything that it gives or
 * takes. So nobody makes themselves, or another, more than they are, and nobody takes rights from people who have more.
 */
export function refuseGrant(viewer: Viewer, before: readonly Permission[], after: readonly Permission[]): PermissionNotHeld | undefined {
  const changed = [...before.filter((name) => !after.includes(name)), ...after.filter((name) => !before.includes(name))];
  const missing = [...new Set(changed)].filter((name) => !mayGive(viewer, name)).sort();
  return missing.length > 0 ? { code: "PERMISSION_NOT_HELD", permissions: missing } : undefined;
}

export function permissionsOfRoles(roles: readonly Role[]): Permission[] {
  return [...new Set(roles.flatMap(permissionsOfRole))].sort();
}

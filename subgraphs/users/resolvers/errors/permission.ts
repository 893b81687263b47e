import type { Renderers } from "#kit/userError.ts";
import type { GroupDeleteRefusal } from "../../commands/permission/permissionGroupDelete.ts";
import type { GroupMemberRefusal } from "../../commands/permission/permissionGroupAssign.ts";
import type { GroupUpsertRefusal } from "../../commands/permission/permissionGroupUpsert.ts";
import type { UserRolesSetRefusal } from "../../commands/permission/userRolesSet.ts";
import { type InvalidValue, MAX_GROUPS, type PermissionNotHeld } from "../../domain/permissionGroup.ts";
import { stepUpRequired } from "./mfa.ts";

const groupNotFound = (path: readonly string[]) => () => ({ message: "There is no such group of permissions: the query `permissionGroups` lists them.", path });
const userNotFound = () => ({ message: "There is no such person.", path: ["input", "userId"] });
const invalidValue = ({ why, path }: InvalidValue) => ({ message: why, path });
const notHeld = (path?: readonly string[]) => ({ permissions }: PermissionNotHeld) => ({
  message: `You give and take only what you hold yourself, and you do not hold ${permissions.join(", ")}.`, fields: { permissions }, ...(path ? { path } : {}),
});

export const groupUpsertErrors: Renderers<GroupUpsertRefusal> = {
  PERMISSION_GROUP_NOT_FOUND: groupNotFound(["input", "id"]),
  GROUP_NAME_TAKEN: () => ({ message: "Another group has this name: choose one that tells them apart.", path: ["input", "name"] }),
  TOO_MANY_GROUPS: () => ({ message: `There are ${MAX_GROUPS} groups already: change or delete one.` }),
  PERMISSION_NOT_HELD: notHeld(["input", "permissions"]),
  INVALID_VALUE: invalidValue,
  VERSION_CONFLICT: ({ expected, actual }) => ({ message: `The group was changed meanwhile: you read version ${expected}, it has ${actual}.`, path: ["input", "expectedVersion"], fields: { expected, actual } }),
  STEP_UP_REQUIRED: stepUpRequired,
};

export const groupDeleteErrors: Renderers<GroupDeleteRefusal> = {
  PERMISSION_GROUP_NOT_FOUND: groupNotFound(["groupId"]), PERMISSION_NOT_HELD: notHeld(["groupId"]), STEP_UP_REQUIRED: stepUpRequired,
};

export const groupMemberErrors: Renderers<GroupMemberRefusal> = {
  PERMISSION_GROUP_NOT_FOUND: groupNotFound(["input", "groupId"]), USER_NOT_FOUND: userNotFound, PERMISSION_NOT_HELD: notHeld(["input", "groupId"]), STEP_UP_REQUIRED: stepUpRequired,
};

export const userRolesErrors: Renderers<UserRolesSetRefusal> = {
  USER_NOT_FOUND: userNotFound,
  LAST_ADMIN: () => ({ message: "Nobody else can run the shop: make another person ADMIN first.", path: ["input", "roles"] }),
  PERMISSION_NOT_HELD: notHeld(["input", "roles"]),
  INVALID_VALUE: invalidValue,
  STEP_UP_REQUIRED: stepUpRequired,
};

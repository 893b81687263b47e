import { allow, anyOf, authenticated, type Guards, permission, when } from "#kit/guard.ts";
import type { GraphUser } from "../resolvers/account.ts";

const writers = permission("users.write");
const themselves = when<GraphUser>("the person", (viewer, user) => user.isSelf === true || user.id === viewer.userId);
const themselvesOrWriters = anyOf(themselves, writers);

// Who has a group in hand is in it, or has come through one of the guarded roots.
export const permissionGuards: Guards = {
  Query: { permissions: authenticated, roles: authenticated, permissionGroups: writers },
  Mutation: { permissionGroupUpsert: writers, permissionGroupDelete: writers, permissionGroupAssign: writers, permissionGroupRemove: writers, userRolesSet: writers },
  User: { permissions: themselvesOrWriters, permissionGroups: themselvesOrWriters },
  Permission: authenticated,
  RoleRights: authenticated,
  PermissionGroup: { id: authenticated, name: authenticated, description: authenticated, permissions: authenticated, version: authenticated, updatedAt: authenticated, members: writers },
  PermissionGroupMemberConnection: writers,
  PermissionGroupMemberEdge: writers,
  PermissionGroupUpsertSuccess: writers,
  PermissionGroupDeleteSuccess: writers,
  PermissionGroupAssignSuccess: writers,
  PermissionGroupRemoveSuccess: writers,
  UserRolesSetSuccess: writers,
  PermissionGroupNotFound: allow,
  GroupNameTaken: allow,
  TooManyGroups: allow,
  PermissionNotHeld: allow,
  UserNotFound: allow,
  LastAdmin: allow,
};

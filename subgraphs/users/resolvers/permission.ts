import { cursorOf, type PageArgs, readPage, toConnection } from "#kit/page.ts";
import type { Resolvers } from "#kit/subgraph.ts";
import { toUserError } from "#kit/userError.ts";
import { type Role, ROLES } from "#kit/viewer.ts";
import { type Permission, PERMISSIONS, permissionsOfRole } from "#schema/permissions.ts";
import { decodeId, encodeId } from "#schema/values/ids.ts";
import { type GroupMember, permissionGroupAssign, permissionGroupRemove } from "../commands/permission/permissionGroupAssign.ts";
import { permissionGroupDelete } from "../commands/permission/permissionGroupDelete.ts";
import { permissionGroupUpsert } from "../commands/permission/permissionGroupUpsert.ts";
import { userRolesSet } from "../commands/permission/userRolesSet.ts";
import type { UsersContext } from "../context.ts";
import { type PermissionGroup, permissionsOfRoles } from "../domain/permissionGroup.ts";
import type { User } from "../domain/user.ts";
import { listMembersOfPermissionGroup, listPermissionGroups } from "../queries/permissionGroups.ts";
import { groupDeleteErrors, groupMemberErrors, groupUpsertErrors, userRolesErrors } from "./errors/permission.ts";

interface GroupArgs { id?: string | null; name: string; description?: string | null; permissions: string[]; expectedVersion?: number | null }
interface MemberArgs { input: { groupId: string; userId: string } }

const memberCursor = cursorOf("members of a permission group", ["uuid"]);
const FIRST = "00000000-0000-0000-0000-000000000000";

const entryOf = (name: Permission) => ({ name, description: PERMISSIONS[name].description, roles: PERMISSIONS[name].roles });
const memberOf = ({ input }: MemberArgs): GroupMember => ({ groupId: decodeId("grp", input.groupId), userId: decodeId("usr", input.userId) });
const present = <T>(one: T | null | undefined): one is T => one !== null && one !== undefined;

export const permissionResolvers: Resolvers = {
  Query: {
    permissions: () => (Object.keys(PERMISSIONS) as Permission[]).sort().map(entryOf),
    roles: () => ROLES.map((role) => ({ role, permissions: permissionsOfRole(role).sort().map(entryOf) })),
    permissionGroups: (_root: unknown, _args: unknown, { db }: UsersContext) => listPermissionGroups(db),
  },
  Mutation: {
    async permissionGroupUpsert(_root: unknown, { input }: { input: GroupArgs }, context: UsersContext) {
      const outcome = await permissionGroupUpsert(context, {
        id: input.id == null ? null : decodeId("grp", input.id), name: input.name, description: input.description ?? null, permissions: input.permissions, expectedVersion: input.expectedVersion ?? null,
      });
      return outcome.ok ? { __typename: "PermissionGroupUpsertSuccess", group: outcome.value } : toUserError(groupUpsertErrors, outcome.error);
    },
    async permissionGroupDelete(_root: unknown, { groupId }: { groupId: string }, context: UsersContext) {
      const outcome = await permissionGroupDelete(context, decodeId("grp", groupId));
      if (!outcome.ok) return toUserError(groupDeleteErrors, outcome.error);
      return { __typename: "PermissionGroupDeleteSuccess", groupId: encodeId("grp", outcome.value.id), memberCount: outcome.value.members };
    },
    async permissionGroupAssign(_root: unknown, args: MemberArgs, context: UsersContext) {
      const outcome = await permissionGroupAssign(context, memberOf(args));
      return outcome.ok ? { __typename: "PermissionGroupAssignSuccess", ...outcome.value } : toUserError(groupMemberErrors, outcome.error);
    },
    async permissionGroupRemove(_root: unknown, args: MemberArgs, context: UsersContext) {
      const outcome = await permissionGroupRemove(context, memberOf(args));
      return outcome.ok ? { __typename: "PermissionGroupRemoveSuccess", ...outcome.value } : toUserError(groupMemberErrors, outcome.error);
    },
    async userRolesSet(_root: unknown, { input }: { input: { userId: string; roles: Role[] } }, context: UsersContext) {
      const outcome = await userRolesSet(context, { userId: decodeId("usr", input.userId), roles: input.roles });
      return outcome.ok ? { __typename: "UserRolesSetSuccess", userId: outcome.value } : toUserError(userRolesErrors, outcome.error);
    },
  },
  User: {
    async permissions(user: User, _args: unknown, { loaders }: UsersContext) {
      const groups = await loaders.permissionGroupsOfMember.load(user.id);
      return [...new Set([...permissionsOfRoles(user.roles), ...groups.flatMap((group) => group.permissions)])].sort();
    },
    permissionGroups: (user: User, _args: unknown, { loaders }: UsersContext) => loaders.permissionGroupsOfMember.load(user.id),
  },
  PermissionGroup: {
    id: (group: PermissionGroup) => encodeId("grp", group.id),
    permissions: (group: PermissionGroup) => group.permissions.map(entryOf),
    async members(group: PermissionGroup, args: PageArgs, { db, loaders }: UsersContext) {
      const page = readPage(args, memberCursor);
      const ids = await listMembersOfPermissionGroup(db, group.id, page.after?.[0] ?? FIRST, page.limit + 1);
      const people = (await Promise.all(ids.map((id) => loaders.userById.load(id)))).filter(present);
      return toConnection(people, page, (user) => memberCursor.encode([user.id]));
    },
  },
  PermissionGroupAssignSuccess: { user: ({ userId }: { userId: string }, _args: unknown, { loaders }: UsersContext) => loaders.userById.load(userId) },
  PermissionGroupRemoveSuccess: { user: ({ userId }: { userId: string }, _args: unknown, { loaders }: UsersContext) => loaders.userById.load(userId) },
  UserRolesSetSuccess: { user: ({ userId }: { userId: string }, _args: unknown, { loaders }: UsersContext) => loaders.userById.load(userId) },
};

import { isPermission, type Permission } from "#schema/permissions.ts";
import type { Reader, Tx } from "#platform/db/database.ts";
import { query, type RowOf } from "#platform/db/query.ts";
import { type GroupContent, MAX_GROUPS, type PermissionGroup } from "../domain/permissionGroup.ts";

const COLUMNS = "g.id, g.name, g.description, g.permissions, g.version, g.updated_at";
const row = { id: "uuid", name: "text", description: "text?", permissions: "text[]", version: "int4", updated_at: "timestamptz" } as const;

// What the table of permissions no longer has grants nothing, and is shown as nothing.
const toGroup = (found: RowOf<typeof row>): PermissionGroup => ({
  id: found.id, name: found.name, description: found.description, permissions: found.permissions.filter(isPermission), version: found.version, updatedAt: found.updated_at,
});

const all = query({
  name: "users.permissionGroups",
  text: `select ${COLUMNS} from users.permission_groups g order by lower(g.name), g.id limit ${MAX_GROUPS}`,
  params: [],
  row,
  budget: { access: "scan", maxRows: MAX_GROUPS },
});

const ofMembers = query({
  name: "users.permissionGroupsOfMembers",
  text: `select m.user_id, ${COLUMNS} from users.permission_group_members m join users.permission_groups g on g.id = m.group_id
    where m.user_id = any($1) order by m.user_id, lower(g.name), g.id`,
  params: ["uuid[]"],
  row: { user_id: "uuid", ...row },
  budget: { access: "index", maxRows: 100_000 },
});

const everyMember = query({
  name: "users.everyMemberOfPermissionGroup",
  text: "select m.user_id from users.permission_group_members m where m.group_id = $1",
  params: ["uuid"],
  row: { user_id: "uuid" },
  budget: { access: "index", maxRows: 100_000 },
});

const membersOf = query({
  name: "users.membersOfPermissionGroup",
  text: "select m.user_id from users.permission_group_members m where m.group_id = $1 and m.user_id > $2 order by m.user_id limit $3",
  params: ["uuid", "uuid", "int4"],
  row: { user_id: "uuid" },
  budget: { access: "index", maxRows: 101 },
});

// Two who add at once must both be counted, and a change must not meet another of the same group.
const lock = query({
  name: "users.lockPermissionGroups",
  text: "select pg_advisory_xact_lock(729091) is null as locked",
  params: [],
  row: { locked: "bool" },
  budget: { access: "index", maxRows: 1 },
});

const insert = query({
  name: "users.insertPermissionGroup",
  text: `insert into users.permission_groups as g (name, description, permissions, created_at, updated_at) values ($1, $2, $3, $4, $4) returning ${COLUMNS}`,
  params: ["text", "text?", "text[]", "timestamptz"],
  row,
  budget: { access: "write", maxRows: 1 },
});

const update = query({
  name: "users.updatePermissionGroup",
  text: `update users.permission_groups as g set name = $2, description = $3, permissions = $4, version = g.version + 1, updated_at = $5 where g.id = $1 returning ${COLUMNS}`,
  params: ["uuid", "text", "text?", "text[]", "timestamptz"],
  row,
  budget: { access: "write", maxRows: 1 },
});

const removeAll = query({
  name: "users.removeMembersOfPermissionGroup",
  text: "delete from users.permission_group_members m where m.group_id = $1 returning m.user_id",
  params: ["uuid"],
  row: { user_id: "uuid" },
  budget: { access: "write", maxRows: 100_000 },
});

const drop = query({
  name: "users.deletePermissionGroup",
  text: "delete from users.permission_groups g where g.id = $1",
  params: ["uuid"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

const add = query({
  name: "users.addPermissionGroupMember",
  text: "insert into users.permission_group_members (group_id, user_id, added_at) values ($1, $2, $3) on conflict do nothing",
  params: ["uuid", "uuid", "timestamptz"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

const remove = query({
  name: "users.removePermissionGroupMember",
  text: "delete from users.permission_group_members m where m.group_id = $1 and m.user_id = $2",
  params: ["uuid", "uuid"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

/** All groups by name; there are few. */
export async function listPermissionGroups(db: Reader): Promise<PermissionGroup[]> {
  return (await db.many(all, [])).map(toGroup);
}

export async function listPermissionGroupsOfMembers(db: Reader, userIds: readonly string[]): Promise<(PermissionGroup & { userId: string })[]> {
  return (await db.many(ofMembers, [userIds])).map((found) => ({ ...toGroup(found), userId: found.user_id }));
}

/** What a person may do beyond their roles: for the claims of their access tokens. */
export async function listGroupPermissions(db: Reader, userId: string): Promise<Permission[]> {
  const groups = await listPermissionGroupsOfMembers(db, [userId]);
  return [...new Set(groups.flatMap((group) => group.permissions))].sort();
}

export async function listAllMembers(db: Reader, groupId: string): Promise<string[]> {
  return (await db.many(everyMember, [groupId])).map((found) => found.user_id);
}

/** Ids of members in their order, after `after`. */
export async function listMembersOfPermissionGroup(db: Reader, groupId: string, after: string, limit: number): Promise<string[]> {
  return (await db.many(membersOf, [groupId, after, limit])).map((found) => found.user_id);
}

/** One change of groups at a time; then all groups as they stand. */
export async function lockPermissionGroups(tx: Tx): Promise<PermissionGroup[]> {
  await tx.one(lock, []);
  return listPermissionGroups(tx);
}

export async function insertPermissionGroup(tx: Tx, { name, description, permissions }: GroupContent, at: Date): Promise<PermissionGroup> {
  return toGroup(await tx.one(insert, [name, description, permissions, at]));
}

export async function updatePermissionGroup(tx: Tx, id: string, { name, description, permissions }: GroupContent, at: Date): Promise<PermissionGroup> {
  return toGroup(await tx.one(update, [id, name, description, permissions, at]));
}

/** Answers who was in it. */
export async function deletePermissionGroup(tx: Tx, id: string): Promise<string[]> {
  const members = (await tx.many(removeAll, [id])).map((found) => found.user_id);
  await tx.execute(drop, [id]);
  return members;
}

/** Whether the person was not in it before. */
export async function addPermissionGroupMember(tx: Tx, groupId: string, userId: string, at: Date): Promise<boolean> {
  return (await tx.execute(add, [groupId, userId, at])) === 1;
}

/** Whether the person was in it before. */
export async function removePermissionGroupMember(tx: Tx, groupId: string, userId: string): Promise<boolean> {
  return (await tx.execute(remove, [groupId, userId])) === 1;
}

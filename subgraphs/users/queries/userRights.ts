import { isRole, type Role } from "#kit/viewer.ts";
import type { Reader, Tx } from "#platform/db/database.ts";
import { query } from "#platform/db/query.ts";

// In one order, so that two who take the role from each other wait instead of blocking one another; what a row has become is looked at again after the wait.
const admins = query({
  name: "users.activeAdminsForUpdate",
  text: "select u.id from users.users u where 'ADMIN' = any(u.roles) and u.status = 'ACTIVE' order by u.id for update",
  params: [],
  row: { id: "uuid" },
  budget: { access: "write", maxRows: 10_000 },
});

const forUpdate = query({
  name: "users.userRightsForUpdate",
  text: "select u.roles, u.status = 'ACTIVE' as is_active from users.users u where u.id = $1 for update",
  params: ["uuid"],
  row: { roles: "text[]", is_active: "bool" },
  budget: { access: "write", maxRows: 1 },
});

const setRoles = query({
  name: "users.setRoles",
  text: "update users.users as u set roles = $2, version = u.version + 1 where u.id = $1",
  params: ["uuid", "text[]"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

// By the server's own clock: gateways ask by it for what has been ended since they asked last.
const voidTokens = query({
  name: "users.voidAccessTokens",
  text: "update users.users as u set tokens_void_before = clock_timestamp() where u.id = any($1)",
  params: ["uuid[]"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

const exists = query({
  name: "users.isUser",
  text: "select u.id from users.users u where u.id = $1",
  params: ["uuid"],
  row: { id: "uuid" },
  budget: { access: "index", maxRows: 1 },
});

/** UUIDs of the people who run the shop and can log in, held until the transaction ends. */
export async function lockAdmins(tx: Tx): Promise<string[]> {
  return (await tx.many(admins, [])).map((found) => found.id);
}

/** Whether nobody would be left to run the shop without this person. Holds all of those people until the transaction ends. */
export async function isLastAdmin(tx: Tx, userId: string): Promise<boolean> {
  const left = await lockAdmins(tx);
  return left.length === 1 && left[0] === userId;
}

export async function findRightsForUpdate(tx: Tx, userId: string): Promise<{ roles: readonly Role[]; isActive: boolean } | undefined> {
  const found = await tx.maybeOne(forUpdate, [userId]);
  return found && { roles: found.roles.filter(isRole), isActive: found.is_active };
}

export async function setUserRoles(tx: Tx, userId: string, roles: readonly Role[]): Promise<void> {
  await tx.execute(setRoles, [userId, roles]);
}

export async function isUser(db: Reader, userId: string): Promise<boolean> {
  return (await db.maybeOne(exists, [userId])) !== undefined;
}

/** Access tokens that the people have hold what they may no longer do, or not yet: they are refused from now on. Sessions go on, with new ones. */
export async function voidAccessTokens(tx: Tx, userIds: readonly string[]): Promise<void> {
  if (userIds.length > 0) await tx.execute(voidTokens, [userIds]);
}

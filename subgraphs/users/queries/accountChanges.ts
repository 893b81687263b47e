import { isRole, type Role } from "#kit/viewer.ts";
import type { Tx } from "#platform/db/database.ts";
import { query } from "#platform/db/query.ts";
import type { AccountFields } from "../domain/accountChange.ts";

const forUpdate = query({
  name: "users.accountForUpdate",
  text: "select u.display_name, u.locale, u.country_code, u.roles, u.status = 'ACTIVE' as is_active, u.version from users.users u where u.id = $1 for update",
  params: ["uuid"],
  row: { display_name: "text?", locale: "text?", country_code: "text?", roles: "text[]", is_active: "bool", version: "int4" },
  budget: { access: "write", maxRows: 1 },
});

export interface LockedAccount extends AccountFields {
  readonly roles: readonly Role[];
  readonly isActive: boolean;
  readonly version: number;
}

/** The account, held until the transaction ends. */
export async function lockAccount(tx: Tx, userId: string): Promise<LockedAccount | undefined> {
  const found = await tx.maybeOne(forUpdate, [userId]);
  return found && { displayName: found.display_name, locale: found.locale, countryCode: found.country_code, roles: found.roles.filter(isRole), isActive: found.is_active, version: found.version };
}

const update = query({
  name: "users.updateAccount",
  text: "update users.users as u set display_name = $2, locale = $3, country_code = $4, version = u.version + 1 where u.id = $1",
  params: ["uuid", "text?", "text?", "text?"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

export async function updateAccount(tx: Tx, userId: string, { displayName, locale, countryCode }: AccountFields): Promise<void> {
  await tx.execute(update, [userId, displayName, locale, countryCode]);
}

// With the status goes every proof that was read under the other one, and every access token that was given out so far.
const setStatus = query({
  name: "users.setStatus",
  text: `update users.users as u set status = $2, session_epoch = u.session_epoch + 1, version = u.version + 1,
      tokens_void_before = case when $2 = 'DISABLED' then clock_timestamp() else u.tokens_void_before end
    where u.id = $1`,
  params: ["uuid", "text"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

export async function setStatusOf(tx: Tx, userId: string, status: "ACTIVE" | "DISABLED"): Promise<void> {
  await tx.execute(setStatus, [userId, status]);
}

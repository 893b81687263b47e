import { err, ok, type Result } from "#schema/values/result.ts";
import type { UsersContext } from "../../context.ts";
import { type AccountChange, type AccountChangeRefusal, applyChange } from "../../domain/accountChange.ts";
import { lockAccount, updateAccount } from "../../queries/accountChanges.ts";

export interface VersionConflict { code: "VERSION_CONFLICT"; expected: number; actual: number }
export type UserUpdateRefusal = AccountChangeRefusal | VersionConflict;

/** The refusal of a change that was made on another version than the present one. */
export function refuseStale(expected: number | null | undefined, actual: number): VersionConflict | undefined {
  return expected != null && expected !== actual ? { code: "VERSION_CONFLICT", expected, actual } : undefined;
}

/** Changes one's own account; what is as it was asked for already keeps its version. */
export async function userUpdate({ db, viewer }: Pick<UsersContext, "db" | "viewer">, change: AccountChange & { expectedVersion?: number | null }): Promise<Result<string, UserUpdateRefusal>> {
  const userId = viewer.userId as string;
  return db.tx<Result<string, UserUpdateRefusal>>(async (tx) => {
    const account = await lockAccount(tx, userId);
    if (!account) return ok(userId);
    const stale = refuseStale(change.expectedVersion, account.version);
    if (stale) return err(stale);
    const next = applyChange(account, change);
    if (!next.ok) return next;
    const isChanged = (["displayName", "locale", "countryCode"] as const).some((field) => next.value[field] !== account[field]);
    if (isChanged) await updateAccount(tx, userId, next.value);
    return ok(userId);
  });
}

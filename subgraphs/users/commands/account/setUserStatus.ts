import { audit } from "#kit/audit.ts";
import { decodeId } from "#schema/values/ids.ts";
import { err, ok, type Result } from "#schema/values/result.ts";
import type { UsersContext } from "../../context.ts";
import { permissionsOfRoles, type PermissionNotHeld, refuseGrant } from "../../domain/permissionGroup.ts";
import { lockAccount, setStatusOf } from "../../queries/accountChanges.ts";
import { revokeSessions } from "../../queries/sessions.ts";
import { isLastAdmin } from "../../queries/userRights.ts";
import { refuseStale, type VersionConflict } from "./userUpdate.ts";

export type UserEnableRefusal = PermissionNotHeld | VersionConflict | { code: "USER_NOT_FOUND" };
export type UserDisableRefusal = UserEnableRefusal | { code: "LAST_ADMIN" };

type Commanded = Pick<UsersContext, "db" | "clocks" | "viewer" | "requestId">;
interface Asked { userId: string; expectedVersion?: number | null }
export interface StatusSet { userId: string; sessionsEnded: number }

/** Disables an account: its sessions and access tokens are over. Nobody disables who may do more than they, nor the last ADMIN. */
export function userDisable(parts: Commanded, asked: Asked): Promise<Result<StatusSet, UserDisableRefusal>> {
  return setUserStatus(parts, asked, "DISABLED");
}

/** Lets a person log in again. */
export function userEnable(parts: Commanded, asked: Asked): Promise<Result<StatusSet, UserDisableRefusal>> {
  return setUserStatus(parts, asked, "ACTIVE");
}

async function setUserStatus({ db, clocks, viewer, requestId }: Commanded, asked: Asked, status: "ACTIVE" | "DISABLED"): Promise<Result<StatusSet, UserDisableRefusal>> {
  const userId = decodeId("usr", asked.userId);
  if (userId === undefined) return err({ code: "USER_NOT_FOUND" });
  return db.tx<Result<StatusSet, UserDisableRefusal>>(async (tx) => {
    // Admins first, in their order, then the person: in no other order anywhere.
    const isLast = status === "DISABLED" && (await isLastAdmin(tx, userId));
    const account = await lockAccount(tx, userId);
    if (!account) return err({ code: "USER_NOT_FOUND" });
    const notHeld = refuseGrant(viewer, permissionsOfRoles(account.roles), []);
    if (notHeld) return err(notHeld);
    const stale = refuseStale(asked.expectedVersion, account.version);
    if (stale) return err(stale);
    if (isLast) return err({ code: "LAST_ADMIN" });
    if (account.isActive === (status === "ACTIVE")) return ok({ userId, sessionsEnded: 0 });
    await setStatusOf(tx, userId, status);
    const sessionsEnded = status === "DISABLED" ? await revokeSessions(tx, { userId, why: "DISABLED", keep: null, at: clocks.wall.now() }) : 0;
    await audit(tx, { actor: viewer, action: status === "DISABLED" ? "userDisable" : "userEnable", targetKind: "user", targetId: userId, details: { sessionsEnded }, requestId });
    return ok({ userId, sessionsEnded });
  }, { retries: 3 });
}

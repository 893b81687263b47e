import { decodeId } from "#schema/values/ids.ts";
import { err, ok, type Result } from "#schema/values/result.ts";
import type { UsersContext } from "../../context.ts";
import type { Identity } from "../../domain/identity.ts";
import { requireStepUp, type StepUpRequired } from "../../domain/stepUp.ts";
import { listIdentitiesOfUsers, lockWaysIn, removeIdentity } from "../../queries/identities.ts";
import { tellUser } from "../../queries/userEvents.ts";

export type IdentityUnlinkRefusal = StepUpRequired | { code: "IDENTITY_NOT_FOUND" } | { code: "LAST_WAY_IN" };

/** Takes a way into the viewer's account away, unless it is the last one. */
export async function identityUnlink({ db, clocks, viewer }: Pick<UsersContext, "db" | "clocks" | "viewer">, id: string): Promise<Result<readonly Identity[], IdentityUnlinkRefusal>> {
  const userId = viewer.userId as string;
  const stepUp = requireStepUp(viewer, clocks);
  if (stepUp) return err(stepUp);
  const identityId = decodeId("idn", id);
  if (identityId === undefined) return err({ code: "IDENTITY_NOT_FOUND" });
  return db.tx<Result<readonly Identity[], IdentityUnlinkRefusal>>(async (tx) => {
    const ways = await lockWaysIn(tx, userId);
    const linked = await listIdentitiesOfUsers(tx, [userId]);
    if (!ways || !linked.some((identity) => identity.id === identityId)) return err({ code: "IDENTITY_NOT_FOUND" });
    if (!ways.hasPassword && ways.identities < 2) return err({ code: "LAST_WAY_IN" });
    const gone = await removeIdentity(tx, userId, identityId);
    if (!gone) return err({ code: "IDENTITY_NOT_FOUND" });
    await tellUser(tx, userId, "IdentityUnlinked", { provider: gone.provider }, clocks.business.now());
    return ok(linked.filter((identity) => identity.id !== identityId));
  });
}

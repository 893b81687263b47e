import type { Tx } from "#platform/db/database.ts";
import type { UsersContext } from "../../context.ts";
import { forgetWaysIn, markEmailVerified } from "../../queries/credentials.ts";
import { revokeSessions } from "../../queries/sessions.ts";
import { tellUser } from "../../queries/userEvents.ts";

/**
 * Notes that the person reads mail at the account's address. Where that was not known before, whoever opened the account need not be
 * they: identities, the second factor and sessions made so far end, but the session `keep` of the one who shows it.
 * @throws a unique violation where another account has proven the address.
 */
export async function proveAddress(tx: Tx, { clocks }: Pick<UsersContext, "clocks">, { userId, keep }: { userId: string; keep: string | null }): Promise<void> {
  if (!(await markEmailVerified(tx, userId))) return;
  const { providers, hadFactor } = await forgetWaysIn(tx, userId);
  await revokeSessions(tx, { userId, why: "REVOKED", keep, at: clocks.wall.now() });
  const at = clocks.business.now();
  for (const provider of providers) await tellUser(tx, userId, "IdentityUnlinked", { provider }, at);
  if (hadFactor) await tellUser(tx, userId, "MfaDisabled", {}, at);
}

import { err, ok, type Result } from "#schema/values/result.ts";
import type { UsersContext } from "../../context.ts";
import type { User } from "../../domain/user.ts";
import { insertUserOfIdentity } from "../../queries/identityAccounts.ts";
import { insertIdentity, useIdentity } from "../../queries/identities.ts";
import { listUsersByIds } from "../../queries/users.ts";
import { type MfaRequired, openChallenge } from "../mfa/openChallenge.ts";
import { openSession } from "../openSession.ts";
import type { TokenPair } from "../session/issueTokens.ts";
import { type IdentityAnswer, showIdentity, type ShowIdentityRefusal, type Shown } from "./showIdentity.ts";

export type IdentityLoginCompleteRefusal = ShowIdentityRefusal | MfaRequired;

/**
 * Logs in who comes back from a provider. The account is the one that this issuer's `sub` was linked to; without one a new account is
 * opened. An e-mail address never leads to an account: who can make a provider say it would be its owner.
 */
export async function identityLoginComplete(context: UsersContext, answer: IdentityAnswer): Promise<Result<TokenPair, IdentityLoginCompleteRefusal>> {
  const shown = await showIdentity(context, answer, null);
  if (!shown.ok) return shown;
  const user = await accountOf(context, shown.value);
  if (!user?.isActive) return err({ code: "IDENTITY_REFUSED" });
  const challenge = await openChallenge(context, user, { methods: ["ext"] });
  if (challenge) return err(challenge);
  const session = await openSession(context, user, { methods: ["ext"], authenticatedAt: shown.value.authenticatedAt });
  return session ? ok(session) : err({ code: "IDENTITY_REFUSED" });
}

/** Rolls the new account back. */
class IdentityTaken extends Error {
  override readonly name = "IdentityTaken";
}

async function accountOf({ db, clocks }: UsersContext, { identity, claimed }: Shown): Promise<User | undefined> {
  const at = clocks.wall.now();
  const known = await useIdentity(db, identity, at);
  if (known) return (await listUsersByIds(db, [known.userId]))[0];
  const made = await db.tx(async (tx) => {
    const user = await insertUserOfIdentity(tx, { email: claimed.vouchedEmail, displayName: claimed.displayName, at: clocks.business.now(), wall: at });
    if (!(await insertIdentity(tx, user.id, identity, at))) throw new IdentityTaken("the identity got an account a moment ago");
    return user;
  }).catch((error: unknown) => {
    if (error instanceof IdentityTaken) return undefined;
    throw error;
  });
  if (made) return made;
  // Another browser of the same person was quicker by a moment.
  const other = await useIdentity(db, identity, at);
  return other && (await listUsersByIds(db, [other.userId]))[0];
}

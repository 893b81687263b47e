import { err, ok, type Result } from "#schema/values/result.ts";
import type { UsersContext } from "../../context.ts";
import type { Identity } from "../../domain/identity.ts";
import type { EmailNotVerified } from "../../domain/user.ts";
import { findIdentity, insertIdentity, lockWaysIn, MAX_IDENTITIES } from "../../queries/identities.ts";
import { tellUser } from "../../queries/userEvents.ts";
import { type IdentityAnswer, showIdentity, type ShowIdentityRefusal } from "./showIdentity.ts";

export type IdentityLinkRefusal = ShowIdentityRefusal | EmailNotVerified | { code: "IDENTITY_TAKEN" } | { code: "TOO_MANY_IDENTITIES"; most: number };

/**
 * Makes a person at a provider one more way into the viewer's account. The fresh proof was asked for where it was begun
 * (`identityLoginStart`), and only that account can bring it to its end.
 */
export async function identityLink(context: UsersContext, answer: IdentityAnswer): Promise<Result<Identity, IdentityLinkRefusal>> {
  const { db, clocks, viewer } = context;
  const userId = viewer.userId as string;
  const shown = await showIdentity(context, answer, userId);
  if (!shown.ok) return shown;
  const { identity } = shown.value;
  return db.tx<Result<Identity, IdentityLinkRefusal>>(async (tx) => {
    const ways = await lockWaysIn(tx, userId);
    if (!ways) return err({ code: "INVALID_IDENTITY_LOGIN" });
    if (!ways.isProven) return err({ code: "EMAIL_NOT_VERIFIED" });
    const known = await findIdentity(tx, identity);
    if (known) return known.userId === userId ? ok(known) : err({ code: "IDENTITY_TAKEN" });
    if (ways.identities >= MAX_IDENTITIES) return err({ code: "TOO_MANY_IDENTITIES", most: MAX_IDENTITIES });
    const linked = await insertIdentity(tx, userId, identity, clocks.wall.now());
    if (!linked) return err({ code: "IDENTITY_TAKEN" });
    await tellUser(tx, userId, "IdentityLinked", { provider: linked.provider }, clocks.business.now());
    return ok(linked);
  });
}

import type { Tx } from "#platform/db/database.ts";
import { query } from "#platform/db/query.ts";
import type { User } from "../domain/user.ts";
import { tellUser } from "./userEvents.ts";
import { listUsersByIds } from "./users.ts";

// A proven address stands once: who has it keeps it, and the new account goes without.
const insertProven = query({
  name: "users.insertUserOfIdentity",
  text: `insert into users.users as u (email, email_verified_at, display_name, created_at) values ($1, $2, $3, $4)
    on conflict (email) where email_verified_at is not null do nothing returning u.id`,
  params: ["text", "timestamptz", "text?", "timestamptz"],
  row: { id: "uuid" },
  budget: { access: "write", maxRows: 1 },
});

const insertBare = query({
  name: "users.insertUserWithoutAddress",
  text: "insert into users.users as u (email, email_verified_at, display_name, created_at) values (null, null, $1, $2) returning u.id",
  params: ["text?", "timestamptz"],
  row: { id: "uuid" },
  budget: { access: "write", maxRows: 1 },
});

export interface IdentityAccount {
  /** The address that the provider vouches for; null where it vouches for none. */
  readonly email: string | null;
  readonly displayName: string | null;
  /** Business time. */
  readonly at: Date;
  readonly wall: Date;
}

/** A new account, as CUSTOMER, of somebody who comes in by a provider. It has the address only where that is proven and nobody's. */
export async function insertUserOfIdentity(tx: Tx, { email, displayName, at, wall }: IdentityAccount): Promise<User> {
  const proven = email === null ? undefined : await tx.maybeOne(insertProven, [email, wall, displayName, at]);
  const { id } = proven ?? (await tx.one(insertBare, [displayName, at]));
  await tellUser(tx, id, "UserRegistered", { countryCode: null }, at);
  const [user] = await listUsersByIds(tx, [id]);
  if (!user) throw new Error("the account that was just opened is not there");
  return user;
}

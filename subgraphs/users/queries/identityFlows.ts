import type { Reader } from "#platform/db/database.ts";
import { query } from "#platform/db/query.ts";

const insert = query({
  name: "users.insertIdentityFlow",
  text: `with old as (
      delete from users.identity_flows f where f.id in (select o.id from users.identity_flows o where o.expires_at < $6 order by o.expires_at limit 100)
    )
    insert into users.identity_flows (state_hash, secret_hash, provider, redirect_uri, user_id, created_at, expires_at) values ($1, $2, $3, $4, $5, $6, $7)`,
  params: ["bytea", "bytea", "text", "text", "uuid?", "timestamptz", "timestamptz"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

// The browser's secret is part of the key: whoever has caught only the address that the provider sent the browser to can neither use
// the login nor use it up. So is whether it is a login or a link, and whose: one cannot be brought to an end as the other.
const use = query({
  name: "users.useIdentityFlow",
  text: `update users.identity_flows as f set used_at = $3
    where f.state_hash = $1 and f.secret_hash = $2 and f.used_at is null and f.expires_at > $3 and f.user_id is not distinct from $4
    returning f.provider, f.redirect_uri`,
  params: ["bytea", "bytea", "timestamptz", "uuid?"],
  row: { provider: "text", redirect_uri: "text" },
  budget: { access: "write", maxRows: 1 },
});

export interface NewIdentityFlow {
  readonly stateHash: Buffer;
  readonly secretHash: Buffer;
  readonly provider: string;
  readonly redirectUri: string;
  /** Whose account the identity is to be linked to; null for a login. */
  readonly userId: string | null;
  readonly at: Date;
  readonly expiresAt: Date;
}

/** Keeps a login that begins; forgets some that were never brought to an end. */
export async function insertIdentityFlow(db: Reader, { stateHash, secretHash, provider, redirectUri, userId, at, expiresAt }: NewIdentityFlow): Promise<void> {
  await db.execute(insert, [stateHash, secretHash, provider, redirectUri, userId, at, expiresAt]);
}

/** Uses a login up: of two who come back with it one gets it. Undefined for one that is used, over, unknown, somebody else's, or another browser's. */
export async function useIdentityFlow(db: Reader, { stateHash, secretHash, userId }: Pick<NewIdentityFlow, "stateHash" | "secretHash" | "userId">, at: Date): Promise<{ provider: string; redirectUri: string } | undefined> {
  const found = await db.maybeOne(use, [stateHash, secretHash, at, userId]);
  return found && { provider: found.provider, redirectUri: found.redirect_uri };
}

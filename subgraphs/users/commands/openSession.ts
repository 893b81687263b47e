import type { UsersParts } from "../context.ts";
import type { User } from "../domain/user.ts";
import type { AccessToken } from "../ports/accessTokens.ts";
import { listVendorsOfMembers } from "../queries/vendors.ts";

export type Session = AccessToken & { user: User };

/** A token for a person whose identity has just been shown. */
export async function openSession({ db, signer, clocks }: Pick<UsersParts, "db" | "signer" | "clocks">, user: User): Promise<Session> {
  const vendors = await listVendorsOfMembers(db, [user.id]);
  const token = await signer.sign({ sub: user.id, roles: [...user.roles], vendorIds: vendors.map((vendor) => vendor.id) }, clocks.wall.now());
  return { ...token, user };
}

import type { UsersParts } from "../../context.ts";
import { endOf, type Session } from "../../domain/session.ts";
import type { User } from "../../domain/user.ts";
import type { AccessToken } from "../../ports/accessTokens.ts";
import { listGroupPermissions } from "../../queries/permissionGroups.ts";
import { listVendorsOfMembers } from "../../queries/vendors.ts";

export type TokenPair = AccessToken & {
  readonly refreshToken: string;
  readonly refreshExpiresAt: Date;
  readonly session: Session;
  readonly user: User;
};

/** An access token that says what the person may do now, beside the refresh token that was made. */
export async function issueTokens({ db, signer, clocks }: Pick<UsersParts, "db" | "signer" | "clocks">, user: User, session: Session, refreshToken: string): Promise<TokenPair> {
  const [vendors, permissions] = await Promise.all([listVendorsOfMembers(db, [user.id]), listGroupPermissions(db, user.id)]);
  const token = await signer.sign({
    sub: user.id, roles: [...user.roles], vendorIds: vendors.map((vendor) => vendor.id), ...(permissions.length > 0 ? { permissions } : {}),
    sid: session.id, auth_time: Math.floor(session.authenticatedAt.getTime() / 1000), amr: [...session.methods],
  }, clocks.wall.now());
  return { ...token, refreshToken, refreshExpiresAt: endOf(session), session, user };
}

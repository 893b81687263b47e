import type { Reader } from "#platform/db/database.ts";
import { query } from "#platform/db/query.ts";

const hashOf = query({
  name: "users.passwordHashOf",
  text: "select u.password_hash from users.users u where u.id = $1 and u.status = 'ACTIVE'",
  params: ["uuid"],
  row: { password_hash: "text?" },
  budget: { access: "index", maxRows: 1 },
});

/** The hash of a person's password; null where there is none. It goes nowhere but into the comparison. */
export async function findPasswordHash(db: Reader, userId: string): Promise<string | null> {
  return (await db.maybeOne(hashOf, [userId]))?.password_hash ?? null;
}

import type { Reader } from "#platform/db/database.ts";
import { query } from "#platform/db/query.ts";

export interface UserFilter {
  readonly emailPrefix: string | null;
  readonly namePrefix: string | null;
  readonly role: string | null;
  readonly status: "ACTIVE" | "DISABLED" | null;
}

// A beginning is a range in the order of bytes: no wildcard in it, nothing to escape, and an index serves it where it is sure to be given.
const EMAIL = `u.email collate "C" >= $1 and u.email collate "C" < $2`;
const NAME = `lower(u.display_name) collate "C" >= $3 and lower(u.display_name) collate "C" < $4`;
const FILTER = `($1::text is null or (${EMAIL})) and ($3::text is null or (${NAME})) and ($5::text is null or u.roles @> array[$5]) and ($6::text is null or u.status = $6)`;
const PARAMS = ["text?", "text?", "text?", "text?", "text?", "text?", "uuid", "int4"] as const;

const newestOf = (name: string, range: string) => query({
  name,
  text: `select u.id from users.users u where ${range}${FILTER} and u.id < $7 order by u.id desc limit $8`,
  params: PARAMS,
  row: { id: "uuid" },
  budget: { access: "index", maxRows: 101 },
});
const newest = newestOf("users.newestUsers", "");
const newestByEmail = newestOf("users.newestUsersByEmail", `${EMAIL} and `);
const newestByName = newestOf("users.newestUsersByName", `${NAME} and `);

const byEmail = query({
  name: "users.usersByEmail",
  text: `select u.id, u.email from users.users u where ${EMAIL} and ${FILTER} and (u.email collate "C", u.id) > ($9 collate "C", $7) order by u.email collate "C", u.id limit $8`,
  params: [...PARAMS, "text"],
  row: { id: "uuid", email: "text" },
  budget: { access: "index", maxRows: 101 },
});

/** Comes after every text that begins so, in the order of bytes. */
const endOf = (prefix: string) => `${prefix}\u{10FFFF}`;
const filterOf = ({ emailPrefix, namePrefix, role, status }: UserFilter) =>
  [emailPrefix, emailPrefix === null ? null : endOf(emailPrefix), namePrefix, namePrefix === null ? null : endOf(namePrefix), role, status] as const;

/** Ids of people, whoever came last first, before the one named. */
export async function listNewestUsers(db: Reader, filter: UserFilter, before: string, limit: number): Promise<{ id: string }[]> {
  const statement = filter.emailPrefix !== null ? newestByEmail : filter.namePrefix !== null ? newestByName : newest;
  return db.many(statement, [...filterOf(filter), before, limit]);
}

/** Ids of people who have an address, in its order, after the one named. */
export async function listUsersByEmail(db: Reader, filter: UserFilter, after: { email: string; id: string }, limit: number): Promise<{ id: string; email: string }[]> {
  return db.many(byEmail, [...filterOf({ ...filter, emailPrefix: filter.emailPrefix ?? "" }), after.id, limit, after.email]);
}

import { cursorOf, type PageArgs, readPage, toConnection } from "#kit/page.ts";
import type { Resolvers } from "#kit/subgraph.ts";
import type { Role } from "#kit/viewer.ts";
import { toUserError } from "#kit/userError.ts";
import { userDisable, userEnable } from "../commands/account/setUserStatus.ts";
import { userUpdate } from "../commands/account/userUpdate.ts";
import type { UsersContext } from "../context.ts";
import type { AccountChange } from "../domain/accountChange.ts";
import type { User } from "../domain/user.ts";
import { listNewestUsers, listUsersByEmail, type UserFilter } from "../queries/userList.ts";
import { userDisableErrors, userUpdateErrors } from "./errors/people.ts";

interface UsersArgs extends PageArgs {
  where?: { emailPrefix?: string | null; namePrefix?: string | null; role?: Role | null; status?: "ACTIVE" | "DISABLED" | null } | null;
  sort: "NEWEST" | "EMAIL";
}

const newestCursor = cursorOf("newest users", ["uuid"]);
const emailCursor = cursorOf("users by email", ["text", "uuid"]);
const LAST = "ffffffff-ffff-ffff-ffff-ffffffffffff";
const FIRST = "00000000-0000-0000-0000-000000000000";

/** What begins an address or a name, or undefined for text that begins none. */
function beginning(text: string | null | undefined, most: number): string | null | undefined {
  if (text == null) return null;
  const prefix = text.trim().normalize("NFC").toLowerCase();
  return prefix === "" || prefix.length > most || /[\p{Cc}\p{Cs}]/u.test(prefix) ? undefined : prefix;
}

async function listUsers({ where, ...args }: UsersArgs, { db, loaders }: UsersContext) {
  const [emailPrefix, namePrefix] = [beginning(where?.emailPrefix, 254), beginning(where?.namePrefix, 100)];
  const filter: UserFilter | undefined = emailPrefix === undefined || namePrefix === undefined ? undefined : { emailPrefix, namePrefix, role: where?.role ?? null, status: where?.status ?? null };
  const isByEmail = args.sort === "EMAIL";
  const page = isByEmail ? readPage(args, emailCursor) : readPage(args, newestCursor);
  const after = page.after as readonly string[] | undefined;
  const rows = filter === undefined ? []
    : isByEmail ? await listUsersByEmail(db, filter, { email: after?.[0] ?? "", id: after?.[1] ?? FIRST }, page.limit + 1)
    : await listNewestUsers(db, filter, after?.[0] ?? LAST, page.limit + 1);
  const people = (await Promise.all(rows.map(({ id }) => loaders.userById.load(id)))).filter((user) => user != null) as User[];
  return toConnection(people, page, ({ id, email }) => (isByEmail ? emailCursor.encode([email ?? "", id]) : newestCursor.encode([id])));
}

interface StatusInput { input: { userId: string; expectedVersion?: number | null } }

export const peopleResolvers: Resolvers = {
  Query: {
    users: (_root: unknown, args: UsersArgs, context: UsersContext) => listUsers(args, context),
  },
  Mutation: {
    async userUpdate(_root: unknown, { input }: { input: AccountChange & { expectedVersion?: number | null } }, context: UsersContext) {
      const outcome = await userUpdate(context, input);
      return outcome.ok ? { __typename: "UserUpdateSuccess", user: await context.loaders.userById.load(outcome.value) } : toUserError(userUpdateErrors, outcome.error);
    },
    async userDisable(_root: unknown, { input }: StatusInput, context: UsersContext) {
      const outcome = await userDisable(context, input);
      if (!outcome.ok) return toUserError(userDisableErrors, outcome.error);
      return { __typename: "UserDisableSuccess", sessionsEnded: outcome.value.sessionsEnded, user: await context.loaders.userById.load(outcome.value.userId) };
    },
    async userEnable(_root: unknown, { input }: StatusInput, context: UsersContext) {
      const outcome = await userEnable(context, input);
      return outcome.ok ? { __typename: "UserEnableSuccess", user: await context.loaders.userById.load(outcome.value.userId) } : toUserError(userDisableErrors, outcome.error);
    },
  },
  User: {
    emailVerified: (user: User) => user.isEmailVerified,
    status: (user: User) => (user.isActive ? "ACTIVE" : "DISABLED"),
  },
};

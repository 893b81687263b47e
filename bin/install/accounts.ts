import { query } from "#platform/db/query.ts";
import { demoAccounts } from "#shopdata/demoAccounts.ts";
import { createPasswordHasher } from "#subgraphs/users/ports/passwordHash.ts";
import type { Progress } from "../cli/progress.ts";
import type { Installation } from "./installation.ts";
import { ACCOUNT_ROLES, type AccountRole } from "./secrets.ts";

export interface DemoAccount {
  role: AccountRole;
  email: string;
  password: string;
}

const missingHashes = query({
  name: "bin.missingPasswordHashes",
  text: "select id, email, password_hash is null as missing from users.users where id = any($1)",
  params: ["uuid[]"],
  row: { id: "uuid", email: "text", missing: "bool" },
  budget: { access: "index", maxRows: 100 },
});

const setHash = query({
  name: "bin.setPasswordHash",
  text: "update users.users set password_hash = $2 where id = $1 and password_hash is null",
  params: ["uuid", "text"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

/** One account per role, with this installation's random passwords. Accounts that have a password keep it. */
export async function prepareAccounts(installation: Installation, progress: Progress): Promise<DemoAccount[]> {
  const db = installation.owner("shop");
  return progress.step("Demo accounts", async () => {
    const chosen = await demoAccounts(db);
    const ids = ACCOUNT_ROLES.map((role) => chosen[role]);
    const users = new Map((await db.many(missingHashes, [ids])).map((user) => [user.id, user]));
    const hasher = createPasswordHasher();
    const accounts: DemoAccount[] = [];
    for (const role of ACCOUNT_ROLES) {
      const user = users.get(chosen[role]);
      if (!user) throw new Error(`the ${role} demo account is gone`);
      const password = installation.secrets.accountPasswords[role];
      if (user.missing) await db.execute(setHash, [user.id, await hasher.hash(password)]);
      accounts.push({ role, email: user.email, password });
    }
    return { value: accounts, rows: accounts.length };
  });
}

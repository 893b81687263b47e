import type { Reader } from "#platform/db/database.ts";
import { query } from "#platform/db/query.ts";

/** By what a second factor is shown. */
export type SecondFactorMethod = "TOTP" | "RECOVERY_CODE";

export interface SecondFactor {
  /** When it was turned on, in wall time. */
  readonly enabledAt: Date;
  readonly recoveryCodesLeft: number;
  /** By what it can be shown at this moment. */
  readonly methods: readonly SecondFactorMethod[];
}

const factorOf = query({
  name: "users.secondFactorOf",
  text: `select f.user_id, f.confirmed_at, (select count(*) from users.recovery_codes c where c.user_id = f.user_id and c.used_at is null) as codes_left
    from users.totp_factors f where f.user_id = any($1) and f.confirmed_at is not null`,
  params: ["uuid[]"],
  row: { user_id: "uuid", confirmed_at: "timestamptz", codes_left: "int8" },
  budget: { access: "index", maxRows: 1_000 },
});

/** The second factors of people, of those alone who have one that counts. */
export async function listSecondFactors(db: Reader, userIds: readonly string[]): Promise<(SecondFactor & { userId: string })[]> {
  return (await db.many(factorOf, [userIds])).map((found) => {
    const recoveryCodesLeft = Number(found.codes_left);
    return { userId: found.user_id, enabledAt: found.confirmed_at, recoveryCodesLeft, methods: recoveryCodesLeft > 0 ? ["TOTP", "RECOVERY_CODE"] : ["TOTP"] };
  });
}

/** The person's second factor; undefined where the first one alone lets them in. */
export async function secondFactorOf(db: Reader, userId: string): Promise<SecondFactor | undefined> {
  return (await listSecondFactors(db, [userId]))[0];
}

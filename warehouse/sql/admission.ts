import type { Database } from "#platform/db/database.ts";
import { type Asker, LIMITS } from "./audience.ts";
import type { SqlEstimate } from "./engine.ts";
import { SqlRefused } from "./refusal.ts";
import { costOfDay, noteCost } from "./statements.ts";

/** What may be read where reading is billed. */
export interface ByteBounds {
  /** By one statement. */
  readonly perStatement: number;
  /** By one person's statements within 24 hours. */
  readonly perDay: number;
}

const NARROW = "Narrow it by a date, name the columns that join the tables, or read an aggregate (agg_..., rpt_...).";

/** Lets through what is not too dear. */
export function createAdmission(control: Database, bytes: ByteBounds | undefined) {
  const maxOf = (asker: Asker) => bytes?.perStatement ?? LIMITS[asker.audience.kind].maxCost;

  return {
    /** The dearest statement that is run for this person, in the engine's measure. */
    maxOf,
    /** @throws SqlRefused TOO_COSTLY */
    async admit(asker: Asker, attemptId: string, estimate: SqlEstimate): Promise<void> {
      if (bytes) await admitBytes(asker, attemptId, estimate, bytes);
      else if (estimate.amount > maxOf(asker)) {
        const much = asker.audience.kind === "VENDOR" ? "" : `: the plan costs ${rounded(estimate.amount)}, at most ${rounded(maxOf(asker))} is run`;
        throw new SqlRefused("TOO_COSTLY", `The statement would read or compare too much${much}. ${NARROW}`);
      }
    },
  };

  async function admitBytes(asker: Asker, attemptId: string, { amount }: SqlEstimate, { perStatement, perDay }: ByteBounds): Promise<void> {
    if (amount > perStatement) throw new SqlRefused("TOO_COSTLY", `The statement would read too much: ${sizeText(amount)}, at most ${sizeText(perStatement)} is read at once. Name the columns you need and a date: BigQuery reads whole columns.`);
    // Written down before it is added up: of two statements at once, each sees the other.
    await control.execute(noteCost, [attemptId, amount]);
    const { cost } = await control.one(costOfDay, [asker.actorId]);
    if (cost > perDay) throw new SqlRefused("TOO_COSTLY", `The statement would read ${sizeText(amount)}, and your statements of the last 24 hours read ${sizeText(cost - amount)} of the ${sizeText(perDay)} that are yours a day: read less, or ask later.`);
  }
}

const rounded = (amount: number) => Number(amount.toPrecision(3)).toLocaleString("en-GB");
/** As people write sizes. */
export const sizeText = (bytes: number): string => (bytes > 0 && bytes < 1e8 ? `${rounded(bytes / 1e6)} MB` : `${rounded(bytes / 1e9)} GB`);

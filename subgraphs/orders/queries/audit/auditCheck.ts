import type { Reader } from "#platform/db/database.ts";

/** Something that must hold whenever a transaction has ended. */
export interface AuditCheck {
  /** What must hold, as a sentence. */
  readonly name: string;
  /** Answers one row for each place where it does not: `what` names the place, `detail` the numbers that do not agree; both text. Reads as the owner. */
  readonly sql: string;
}

export interface Breach {
  readonly check: string;
  readonly what: string;
  readonly detail: string;
}

/** Most breaches of one check that are told; there may be more. */
const MAX_BREACHES = 100;

/** What does not hold; empty when all is well. `db` is the owner: the checks read every slice's tables, and change nothing. */
export async function findBreaches(db: Reader, checks: readonly AuditCheck[]): Promise<Breach[]> {
  const breaches: Breach[] = [];
  for (const { name, sql } of checks) {
    const { rows } = await db.raw<{ what: string; detail: string }>(`select b.what, b.detail from (${sql}) b limit $1`, [MAX_BREACHES]);
    breaches.push(...rows.map(({ what, detail }) => ({ check: name, what, detail })));
  }
  return breaches;
}

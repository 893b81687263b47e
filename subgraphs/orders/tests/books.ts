import { expect } from "vitest";
import type { Database } from "#platform/db/database.ts";
import { ALL_CHECKS } from "../queries/audit/auditBooks.ts";
import { type Breach, findBreaches } from "../queries/audit/auditCheck.ts";

/** What does not hold of the shop's books in one snapshot; empty when all is well. */
export function breachesOf(owner: Database): Promise<Breach[]> {
  return owner.tx((tx) => findBreaches(tx, ALL_CHECKS), { isolation: "repeatable read", readOnly: true });
}

/** For the end of every test that moves money or stock. */
export async function expectBooksBalance(owner: Database): Promise<void> {
  expect(await breachesOf(owner)).toEqual([]);
}

import { unauthenticated } from "#kit/errors.ts";
import { err, ok, type Result } from "#schema/values/result.ts";
import type { Commanded } from "../context.ts";
import { type Consent, type ConsentDecision, consentsOf, isRepeated, isTextVersion } from "../domain/consent.ts";
import { insertConsent, listLatestConsents, lockConsents } from "../queries/consents.ts";

export type ConsentSetRefusal = { code: "INVALID_VALUE"; field: "textVersion" | "source" };

/** Writes down what the viewer agrees to or refuses. @throws UNAUTHENTICATED where the account is gone. */
export async function consentSet({ db, clocks, viewer }: Commanded, input: Pick<ConsentDecision, "purpose" | "granted" | "source" | "textVersion">): Promise<Result<Consent, ConsentSetRefusal>> {
  const { userId } = viewer;
  if (userId === null) throw unauthenticated();
  if (!isTextVersion(input.textVersion)) return err({ code: "INVALID_VALUE", field: "textVersion" });
  // Nobody answers for themselves what an import brought along.
  if (input.source === "IMPORT") return err({ code: "INVALID_VALUE", field: "source" });
  return db.tx(async (tx): Promise<Result<Consent, ConsentSetRefusal>> => {
    if (!(await lockConsents(tx, userId))) throw unauthenticated();
    const latest = (await listLatestConsents(tx, [userId])).find(({ purpose }) => purpose === input.purpose);
    const holds = latest && isRepeated(input, latest) ? latest : await insertConsent(tx, { ...input, userId, decidedAt: clocks.business.now() });
    return ok(consentsOf([holds]).find(({ purpose }) => purpose === input.purpose) as Consent);
  });
}

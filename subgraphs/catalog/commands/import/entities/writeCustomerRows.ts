import type { Checked } from "../../../domain/import/checkFields.ts";
import { importCustomerRows } from "../../../queries/import/writers.ts";
import { type EntityWriter, type Part, refused, type Verdict } from "../importRun.ts";

const ADDRESS = ["name", "line1", "line2", "city", "region", "postalCode", "country", "phone"] as const;

/** Customers, without passwords: who wants to log in sets one by a mail to the address. */
export const writeCustomerRows: EntityWriter = async (tx, run, candidates) => {
  const verdicts = new Map<Part, Verdict>();
  if (!run.rights.everything) {
    for (const { rows } of candidates) for (const part of rows) verdicts.set(part, refused(null, "a vendor's import brings in products, stock, prices, links and pictures alone"));
    return verdicts;
  }
  const items = candidates.map(({ whole }) => ({
    ref: whole.text("externalRef") ?? null, email: whole.required("email"), name: whole.text("name") ?? null, country: whole.text("country") ?? null, verified: whole.flag("emailVerified") ?? false,
    created_at: whole.text("createdAt") ?? null, address: addressOf(whole),
  }));
  const settled = await importCustomerRows(tx, items, run.isDry);
  for (const [index, { rows: [part] }] of candidates.entries()) {
    const { outcome, field, reason } = settled[index] as NonNullable<(typeof settled)[number]>;
    verdicts.set(part as Part, { outcome, field, reason: reason ?? undefined });
    if (run.isDry && outcome === "CREATED") for (const key of [items[index]?.ref, items[index]?.email]) if (key) run.planned.CUSTOMER.add(key);
  }
  return verdicts;
};

function addressOf(whole: Checked): Record<string, string | null> | null {
  const parts = Object.fromEntries(ADDRESS.map((name) => [name, whole.text(`address.${name}`) ?? null]));
  return Object.values(parts).some((part) => part !== null) ? parts : null;
}

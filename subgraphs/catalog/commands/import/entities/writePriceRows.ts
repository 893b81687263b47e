import { findVariants } from "../../../queries/import/terms.ts";
import { type EntityWriter, mayChange, type Part, refused, type Verdict } from "../importRun.ts";
import { setBasePrices } from "./setBasePrices.ts";

/** Base prices, from now on. */
export const writePriceRows: EntityWriter = async (tx, run, candidates) => {
  const verdicts = new Map<Part, Verdict>();
  const known = await findVariants(tx, candidates.map(({ whole }) => whole.required("sku").toUpperCase()));
  const rows = candidates.flatMap(({ whole, rows: [part] }) => {
    const sku = whole.required("sku").toUpperCase();
    const variant = known.get(sku);
    if (variant && mayChange(run.rights, variant.vendorId)) {
      return [{ part: part as Part, variantId: variant.id, price: whole.required("price"), compareAt: whole.text("compareAt"), currency: whole.text("currency") ?? run.mapping.currency }];
    }
    verdicts.set(part as Part, run.isDry && run.planned.SKU.has(sku) ? { outcome: "UPDATED" } : refused("sku", "there is no variant with this SKU whose price you set"));
    return [];
  });
  const changed = await setBasePrices(tx, run, rows, verdicts, "");
  for (const { part } of rows) if (!verdicts.has(part)) verdicts.set(part, { outcome: changed.has(part) ? "UPDATED" : "UNCHANGED" });
  return verdicts;
};

import { currencyExponent, parseDecimal, rescale } from "#schema/values/money.ts";
import type { Tx } from "#platform/db/database.ts";
import { setPriceRows } from "../../../queries/import/prices.ts";
import { type ImportRun, type Part, refused, type Verdict } from "../importRun.ts";

export interface PriceRow { readonly part: Part; readonly variantId: string; readonly price: string; readonly compareAt: string | undefined; readonly currency: string | undefined }

/** Sets base prices from now on. Answers the rows that changed something; refusals go into the verdicts. */
export async function setBasePrices(tx: Tx, run: ImportRun, rows: readonly PriceRow[], verdicts: Map<Part, Verdict>, prefix: "" | "variant."): Promise<Set<Part>> {
  const wanted = rows.flatMap((row) => {
    const { part, variantId, currency } = row;
    if (currency === undefined) {
      verdicts.set(part, refused(`${prefix}currency`, "no currency is given: name one for the field or for the mapping"));
      return [];
    }
    const price = amountOf(row.price, currency);
    const compareAt = row.compareAt === undefined ? undefined : amountOf(row.compareAt, currency);
    if (!price || price.units < 0n) {
      verdicts.set(part, refused(`${prefix}price`, "this is no amount of 0 or more"));
      return [];
    }
    const exponent = Math.max(price.exponent, compareAt?.exponent ?? 0);
    const amount = rescale(price, exponent).units;
    const higher = compareAt && rescale(compareAt, exponent).units;
    if ((row.compareAt !== undefined && !compareAt) || (higher !== undefined && higher <= amount)) {
      verdicts.set(part, refused(`${prefix}compareAt`, "the price to compare with has to be higher than the price"));
      return [];
    }
    return [{ part, variantId, currency, amount, exponent, compareAt: higher ?? null }];
  });
  const changed = await setPriceRows(tx, wanted, run.actor);
  return new Set(wanted.filter((_row, index) => changed.has(index)).map(({ part }) => part));
}

/** With at least the currency's decimals, and no zeros behind them for nothing: so that the same price is the same row. */
function amountOf(text: string, currency: string) {
  const amount = parseDecimal(text.includes(".") ? text.replace(/\.?0+$/, "") : text, currency);
  return amount && rescale(amount, Math.max(amount.exponent, currencyExponent(currency)));
}

import { uuidV7 } from "#schema/values/ids.ts";
import { currencyExponent, divideHalfEven, money, parseDecimal, rescale, roundToCurrency, toDecimal } from "#schema/values/money.ts";
import type { Tx } from "#platform/db/database.ts";
import { RowProblem } from "#schema/mapping/values.ts";
import { findVariants, type FoundVariant } from "../../../queries/import/terms.ts";
import { findCustomers, findOrders, importOrderRows } from "../../../queries/import/writers.ts";
import { type Candidate, type EntityWriter, type ImportRun, type Part, refused, sayAll, type Verdict } from "../importRun.ts";

/** Units of 10^-6 of the currency: sums of prices of any exponent are exact in it. */
const FINEST = 6;
const MAX_LINES = 1_000;

interface Amount { readonly units: bigint; readonly exponent: number }
interface Line { readonly part: Part; readonly sku: string; readonly name: string; readonly quantity: bigint; readonly price: Amount; readonly variant: FoundVariant | undefined }
interface Charge { readonly kind: "SHIPPING" | "ADJUSTMENT"; readonly code: string; readonly name: string; readonly price: Amount }
interface Past { readonly candidate: Candidate; readonly number: string; readonly placedAt: Date; readonly currency: string; readonly state: string; readonly country: string | undefined; readonly lines: readonly Line[]; readonly charges: readonly Charge[]; readonly total: bigint }

/** Orders of the past: delivered (or cancelled), paid, never changed again. Their stock moved long ago, so none moves now. */
export const writeOrderRows: EntityWriter = async (tx, run, candidates) => {
  const verdicts = new Map<Part, Verdict>();
  if (!run.rights.everything) {
    for (const candidate of candidates) sayAll(verdicts, candidate, refused(null, "a vendor's import brings in products, stock, prices, links and pictures alone"));
    return verdicts;
  }
  const variants = await findVariants(tx, candidates.flatMap(({ parts }) => parts.flatMap(({ fields }) => fields.text("line.sku")?.toUpperCase() ?? [])));
  const orders: Past[] = [];
  for (const candidate of candidates) {
    try {
      orders.push(pastOf(candidate, run, variants));
    } catch (error) {
      if (!(error instanceof RowProblem)) throw error;
      sayAll(verdicts, candidate, refused(error.field, error.message));
    }
  }
  if (orders.length > 0) await settle(tx, run, orders, verdicts);
  return verdicts;
};

function pastOf(candidate: Candidate, run: ImportRun, variants: ReadonlyMap<string, FoundVariant>): Past {
  const { whole, parts } = candidate;
  const currency = whole.text("currency") ?? run.mapping.currency;
  if (currency === undefined) throw new RowProblem("currency", "no currency is given: name one for the field or for the mapping");
  const number = whole.required("number");
  if (!/^[\x21-\x7e]{1,60}$/.test(number)) throw new RowProblem("number", "an order's number has 1 to 60 printable ASCII characters without spaces");
  const placedAt = whole.instant("placedAt") as Date;
  if (placedAt.getTime() > run.now().getTime()) throw new RowProblem("placedAt", "an order of the past lies in the future");
  if (parts.length > MAX_LINES) throw new RowProblem(null, `an order has at most ${MAX_LINES} lines`);
  const lines = parts.filter(({ fields }) => fields.has("line.sku")).map((part): Line => {
    const { fields } = part;
    const sku = fields.required("line.sku").toUpperCase();
    const variant = variants.get(sku);
    if (!variant && !(run.isDry && run.planned.SKU.has(sku))) throw new RowProblem("line.sku", "there is no variant with this SKU: import the product first, as ARCHIVED if it is sold no more");
    const quantity = BigInt(fields.required("line.quantity"));
    if (quantity < 1n || quantity > 1_000_000n) throw new RowProblem("line.quantity", "a line has 1 to 1000000 units");
    return { part, sku, name: fields.text("line.name") ?? variant?.productName ?? sku, quantity, price: amountOf("line.unitPrice", fields.required("line.unitPrice"), currency), variant };
  });
  if (lines.length === 0) throw new RowProblem("line.sku", "the order has no line");
  const charges = [chargeOf(whole.text("shipping"), "SHIPPING", currency), chargeOf(whole.text("discount"), "ADJUSTMENT", currency)].filter((one) => one !== undefined);
  const exact = lines.reduce((sum, { quantity, price }) => sum + quantity * finest(price), 0n) + charges.reduce((sum, { price }) => sum + finest(price), 0n);
  if (exact < 0n) throw new RowProblem("discount", "the discount is larger than the order");
  const { units: total } = roundToCurrency(money(exact, currency, FINEST));
  const said = whole.text("total");
  if (said !== undefined) {
    const given = amountOf("total", said, currency);
    if (divideHalfEven(finest(given), 10n ** BigInt(FINEST - currencyExponent(currency))) !== total) {
      throw new RowProblem("total", `lines, shipping and discount come to ${toDecimal(money(total, currency))}, not to the total that is given: the books would not balance`);
    }
  }
  return { candidate, number, placedAt, currency, state: whole.text("state") ?? "DELIVERED", country: whole.text("country"), lines, charges, total };
}

const finest = ({ units, exponent }: Amount) => units * 10n ** BigInt(FINEST - exponent);

/** An amount of at least the currency's decimals, none of them written for nothing. */
function amountOf(field: string, text: string, currency: string): Amount {
  const amount = parseDecimal(text.includes(".") ? text.replace(/\.?0+$/, "") : text, currency);
  if (!amount || amount.units < 0n) throw new RowProblem(field, "this is no amount of 0 or more");
  return rescale(amount, Math.max(amount.exponent, currencyExponent(currency)));
}

function chargeOf(text: string | undefined, kind: Charge["kind"], currency: string): Charge | undefined {
  if (text === undefined) return undefined;
  const price = amountOf(kind === "SHIPPING" ? "shipping" : "discount", text, currency);
  if (price.units === 0n) return undefined;
  return kind === "SHIPPING" ? { kind, code: "SHIPPING", name: "Shipping", price } : { kind, code: "DISCOUNT", name: "Discount", price: { ...price, units: -price.units } };
}

async function settle(tx: Tx, run: ImportRun, orders: readonly Past[], verdicts: Map<Part, Verdict>): Promise<void> {
  const known = await findOrders(tx, orders.map(({ number }) => number));
  const buyers = await findCustomers(tx, orders.map(({ candidate: { whole } }) => ({ ref: whole.text("customerRef"), email: whole.text("customerEmail") })));
  const fresh: object[] = [];
  for (const [index, order] of orders.entries()) {
    const { candidate: { whole } } = order;
    const ref = whole.text("customerRef");
    const email = whole.text("customerEmail");
    const userId = buyers[index];
    // A reference that nobody has is a slip; an address that nobody has is a guest's.
    if (ref !== undefined && userId === undefined && !(run.isDry && run.planned.CUSTOMER.has(ref))) {
      sayAll(verdicts, order.candidate, refused("customerRef", "there is no customer of this reference: import the customers first"));
      continue;
    }
    const there = known.get(order.number);
    if (there) {
      const isSame = there.source === "IMPORT" && there.content === contentOf(order) && (there.userId === (userId ?? null) || (ref === undefined && email !== undefined));
      sayAll(verdicts, order.candidate, isSame ? { outcome: "UNCHANGED" } : refused("number", there.source === "IMPORT" ? "an order of this number is there with other content: orders of the past are not changed" : "an order that was placed here has this number"));
      continue;
    }
    sayAll(verdicts, order.candidate, { outcome: "CREATED" });
    if (!run.isDry) fresh.push(rowOf(order, userId));
  }
  await importOrderRows(tx, fresh);
}

function contentOf({ placedAt, state, currency, country, total, lines, charges }: Past): string {
  const listed = lines.map(({ sku, quantity, price }, index) => [index + 1, sku, quantity, price.units, price.exponent].join(":")).join(";");
  const charged = charges.map(({ kind, price }, index) => [lines.length + index + 1, kind, price.units, price.exponent].join(":")).join(";");
  // As concat_ws does it: what is null is left out with its separator.
  return [placedAt.getTime(), state, currency, country, total, listed, charged === "" ? undefined : charged].filter((part) => part !== undefined).join("|");
}

function rowOf({ number, placedAt, currency, state, country, lines, charges, total }: Past, userId: string | undefined): object {
  const at = placedAt.toISOString();
  return {
    id: uuidV7(placedAt), number, user_id: userId ?? null, state, currency, country: country ?? null, placed_at: at, total: String(total), exponent: currencyExponent(currency),
    lines: lines.map(({ sku, name, quantity, price, variant }, index) => ({
      position: index + 1, variant_id: variant?.id, product_id: variant?.productId, vendor_id: variant?.vendorId, sku, name, quantity: String(quantity), unit_amount: String(price.units), exponent: price.exponent,
    })),
    charges: charges.map(({ kind, code, name, price }, index) => ({ position: lines.length + index + 1, kind, code, name, unit_amount: String(price.units), exponent: price.exponent })),
  };
}

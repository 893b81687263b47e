import type { Database, Tx } from "#platform/db/database.ts";
import { SetupError } from "#platform/postgres/setupError.ts";
import { countryByLabel } from "#schema/values/countries.ts";
import { type CatalogueProduct, type ProductIds, writeCatalogue } from "../catalogue.ts";
import { copyRows, type CopyValue } from "../copy.ts";
import { DataFileError } from "../dataFileError.ts";
import { type HistoryLine, type HistoryOrder, type HistoryRefund, writeHistory } from "../history.ts";
import { createIds } from "../ids.ts";
import { type OnProgress, tellStep, timed } from "../progress.ts";
import { createRandom } from "../random.ts";
import { claimEmptyShop, recordFill } from "../shopData.ts";
import { TABLES } from "../tables.ts";
import { deriveCustomers, type RetailCustomer } from "./customers.ts";
import { fingerprintOnlineRetail, listDataFiles, readRetailFiles } from "./files.ts";
import { buildLedger, CURRENCY, exactUnits, type Invoice, type Ledger, roundExact, totalOf } from "./invoices.ts";
import type { RetailLine } from "./line.ts";
import { deriveProducts, type RetailProduct } from "./products.ts";
import { matchRefunds, type RefundMatch } from "./refunds.ts";
import { type ImportReport, reportOf, writeReport } from "./report.ts";

const DAY_MS = 86_400_000;
const EXPONENT = 2;

export interface ImportOptions {
  /** The shop database, as its owner. */
  db: Database;
  /** A folder of Online Retail II files (.csv, .csv.gz) or one such file. */
  path: string;
  /** For ids, vendors and stock levels. */
  seed: number | string;
  /** What the shop's clock shows after the import; the begin of the day after the last invoice where not given. */
  clock?: Date | undefined;
  onProgress?: OnProgress | undefined;
  signal?: AbortSignal | undefined;
}

interface ImportedOrder extends HistoryOrder {
  invoice: Invoice;
}
interface ImportedRefund extends HistoryRefund {
  invoice: Invoice;
}

/**
 * Fills an empty shop from Online Retail II files, all or nothing: users, addresses, products, orders with lines and charges,
 * refunds, stock movements, every line in exactly one place. Accounts' addresses, payments, stock, vendors and categories are
 * synthetic.
 * @throws DataFileError when a file is not what it should be; OtherShopData when the shop is not empty; SetupError when the clock
 * stands before the last invoice
 */
export async function importOnlineRetail(options: ImportOptions): Promise<ImportReport> {
  const { db, path, seed, onProgress, signal } = options;
  const started = performance.now();
  const fingerprint = await fingerprintOnlineRetail(path);
  const paths = await listDataFiles(path);
  let fileStarted = started;
  const { lines, files } = await readRetailFiles(paths, {
    ...(signal ? { signal } : {}),
    onFile: (file) => {
      tellStep(onProgress, { step: `read ${file.name}`, rows: file.lines, seconds: (performance.now() - fileStarted) / 1000 });
      fileStarted = performance.now();
    },
  });
  const ledger = buildLedger(lines);
  if (!Number.isFinite(ledger.lastAt)) throw new DataFileError({ file: path }, "no line of the data can be loaded", "check that these are the right files");
  const endAt = options.clock?.getTime() ?? (Math.floor(ledger.lastAt / DAY_MS) + 1) * DAY_MS;
  if (endAt < ledger.lastAt) throw new SetupError(`the clock ${new Date(endAt).toISOString()} stands before the last invoice, ${new Date(ledger.lastAt).toISOString()}: choose a later time`);
  const matches = matchRefunds(ledger.orders, ledger.refunds);
  tellStep(onProgress, { step: "sort lines into orders, refunds and stock", rows: lines.length, seconds: (performance.now() - fileStarted) / 1000 });

  const report = reportOf({ files, ledger, matches });
  await db.tx(async (tx) => {
    await claimEmptyShop(tx);
    await writeAll(tx, { ledger, matches, endAt, seed, onProgress, signal });
    await timed(onProgress, "rejected lines and report", () => writeReport(tx, report, ledger, seed, signal));
    await recordFill(tx, {
      source: "ONLINE_RETAIL_II",
      isSynthetic: false,
      fingerprint,
      details: {
        credit: "Online Retail II, UCI Machine Learning Repository, CC BY 4.0, doi:10.24432/C5CG6D",
        synthetic: ["users.email", "users.display_name", "vendors", "categories", "stock levels", "opening stock", "payments", "shipping zones", "shipping prices"],
        seed: String(seed),
        firstInvoiceAt: new Date(ledger.orders[0]?.at ?? ledger.lastAt).toISOString(),
        lastInvoiceAt: new Date(ledger.lastAt).toISOString(),
        ...report,
      },
      businessNow: endAt,
      highestOrderNumber: ledger.orders.reduce((highest, order) => Math.max(highest, Number(/\d+$/.exec(order.number)?.[0] ?? 0)), 0),
    });
    await timed(onProgress, "statistics for the planner", async () => (await tx.raw("analyze")).rowCount);
    signal?.throwIfAborted();
  });
  const seconds = (performance.now() - started) / 1000;
  tellStep(onProgress, { step: "import in all", rows: report.linesRead, seconds });
  return { ...report, seconds };
}

interface Parts {
  ledger: Ledger;
  matches: readonly RefundMatch[];
  endAt: number;
  seed: number | string;
  onProgress?: OnProgress | undefined;
  signal?: AbortSignal | undefined;
}

async function writeAll(tx: Tx, { ledger, matches, endAt, seed, onProgress, signal }: Parts): Promise<void> {
  const userIds = await writeCustomers(tx, deriveCustomers(ledger), seed, onProgress, signal);
  let products = new Map<string, ProductIds>();
  await timed(onProgress, "catalogue (vendors, categories, stock synthetic)", async () => {
    const stock = createRandom(seed, "stock");
    const known = deriveProducts(ledger).map((product) => toCatalogue(product, 250 + stock.int(1_750)));
    const beginAt = known.reduce((first, product) => Math.min(first, product.createdAt), endAt);
    products = await writeCatalogue(tx, known, { seed, currency: CURRENCY, beginAt, endAt, signal });
    return known.length;
  });

  const { orders, refunds } = toHistory(ledger, matches, userIds, seed);
  const orderIds = new Map(orders.map((order) => [order.invoice, order.id]));
  const toLine = (line: RetailLine): HistoryLine => ({
    code: line.stock.code,
    name: line.description === "" ? line.stock.code : line.description,
    product: products.get(line.stock.code),
    quantity: Math.abs(line.quantity),
    unitAmount: line.price.units,
    exponent: line.price.exponent,
  });
  await writeHistory(tx, {
    seed, source: "IMPORT", currency: CURRENCY, exponent: EXPONENT, orders, refunds, onProgress, signal,
    linesOfOrder: (order) => order.invoice.lines.values().map(toLine),
    linesOfRefund: (refund) => refund.invoice.lines.values().map(toLine),
  });
  const nextId = createIds(seed, "stock-movements");
  const movements = ledger.movements.values().map(({ line, kind, quantity, order }): CopyValue[] => {
    const { variantId } = products.get(line.stock.code) as ProductIds;
    return [nextId(line.at), variantId, quantity, kind, (order && orderIds.get(order)) ?? null, line.description || null, new Date(line.at), false];
  });
  await timed(onProgress, "stock movements", () => copyRows(tx, TABLES.stockMovements, movements, signal));
}

function toCatalogue(product: RetailProduct, shelf: number): CatalogueProduct {
  const { code, name, sold, firstAt, lastAt, firstSaleAt, price, recentUnits } = product;
  return {
    code,
    name,
    status: sold ? "ACTIVE" : "ARCHIVED",
    createdAt: firstAt,
    updatedAt: lastAt,
    price: price && { units: price.units, exponent: price.exponent, validFrom: firstSaleAt ?? firstAt },
    onHand: sold ? shelf + recentUnits : 0,
  };
}

/** Accounts without password or real name: the files know a number and a country. Emails are of a domain that is nobody's (RFC 2606). */
async function writeCustomers(tx: Tx, customers: readonly RetailCustomer[], seed: number | string, onProgress: OnProgress | undefined, signal: AbortSignal | undefined): Promise<Map<string, string>> {
  const nextId = createIds(seed, "users");
  const nextAddressId = createIds(seed, "addresses");
  const ids = new Map(customers.map((customer) => [customer.number, nextId(customer.firstAt)]));
  const idOf = (customer: RetailCustomer) => ids.get(customer.number) as string;
  await timed(onProgress, "customers", () => copyRows(tx, TABLES.users, customers.map((customer) => {
    const country = countryByLabel(customer.countries[0]?.label ?? "").code;
    return [idOf(customer), `customer${customer.number}@example.com`, `Customer ${customer.number}`, ["CUSTOMER"], country, customer.number, new Date(customer.firstAt)];
  }), signal));
  await timed(onProgress, "addresses", () => copyRows(tx, TABLES.addresses, customers.flatMap((customer) =>
    customer.countries.map(({ label, firstAt }, index) => [nextAddressId(firstAt), idOf(customer), countryByLabel(label).code, label, index === 0, new Date(firstAt)])), signal));
  return ids;
}

function toHistory(ledger: Ledger, matches: readonly RefundMatch[], userIds: ReadonlyMap<string, string>, seed: number | string): { orders: ImportedOrder[]; refunds: ImportedRefund[] } {
  const givenBack = new Map<Invoice, bigint>();
  for (const { order, matched } of matches) {
    if (order) givenBack.set(order, (givenBack.get(order) ?? 0n) + exactUnits(matched));
  }
  const nextOrderId = createIds(seed, "orders");
  const orders = ledger.orders.map((invoice): ImportedOrder => {
    const totalUnits = totalOf(invoice.lines).units;
    const refunded = roundExact(givenBack.get(invoice) ?? 0n).units;
    return { invoice, ...headOf(invoice, nextOrderId(invoice.at), userIds), totalUnits, refundedUnits: refunded < totalUnits ? refunded : totalUnits };
  });
  const orderIds = new Map(orders.map((order) => [order.invoice, order.id]));
  const nextRefundId = createIds(seed, "refunds");
  const refunds = matches.map(({ refund, order, quality, matched }): ImportedRefund => ({
    invoice: refund,
    ...headOf(refund, nextRefundId(refund.at), userIds),
    orderId: (order && orderIds.get(order)) ?? null,
    quality,
    matchedLines: matched.length,
    totalUnits: totalOf(refund.lines).units,
  }));
  return { orders, refunds };
}

function headOf(invoice: Invoice, id: string, userIds: ReadonlyMap<string, string>) {
  const countryLabel = invoice.country === "" ? null : invoice.country;
  return { id, number: invoice.number, userId: userIds.get(invoice.customer) ?? null, at: invoice.at, countryCode: countryByLabel(invoice.country).code, countryLabel };
}

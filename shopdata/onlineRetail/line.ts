import { DataFileError } from "../dataFileError.ts";

/** A unit price in pounds: `units / 10^exponent`, with at least the currency's two decimals. Equal prices are one object. */
export interface UnitPrice {
  readonly units: number;
  /** 2..6 */
  readonly exponent: number;
}

/** What a stock code stands for. Equal codes are one object: upper case, trimmed. */
export interface StockCode {
  readonly code: string;
  /** A product's code starts with five digits; every other code is a charge (postage, fees, adjustments ...). */
  readonly isProduct: boolean;
}

/** One line of an invoice as the file holds it, its texts cleaned, its numbers read. */
export interface RetailLine {
  /** Index of the file among those read. */
  readonly file: number;
  /** Line in the file; 1 is the header. */
  readonly line: number;
  readonly invoice: string;
  readonly stock: StockCode;
  /** Trimmed, inner blanks made one; "" where the file says nothing. */
  readonly description: string;
  readonly quantity: number;
  /** Invoice time, ms since 1970 UTC. */
  readonly at: number;
  readonly price: UnitPrice;
  /** "" where unknown. */
  readonly customer: string;
  readonly country: string;
}

export const COLUMNS = ["Invoice", "StockCode", "Description", "Quantity", "InvoiceDate", "Price", "CustomerID", "Country"] as const;

const INVOICE = /^[A-Z]?\d{1,12}$/;
const QUANTITY = /^-?\d{1,9}$/;
const PRICE = /^(-?)(\d{1,9})(?:\.(\d{1,6}))?$/;
const CUSTOMER = /^\d{0,12}$/;
const DATE = /^(\d{4})-(\d{2})-(\d{2}) (\d{2}):(\d{2}):(\d{2})$/;
const CURRENCY_EXPONENT = 2;

/** Reads the records of all files; holds each distinct code, price, text and time once, which is what keeps 860,000 lines small. */
export interface LineReader {
  /** @throws DataFileError naming the column when a value has another form than the format's */
  read(fields: readonly string[], place: { file: string; fileIndex: number; line: number }): RetailLine;
}

/** @throws DataFileError when the header is not the format's */
export function assertHeader(file: string, fields: readonly string[]): void {
  const header = fields.map((field, index) => (index === 0 ? field.replace(/^\uFEFF/, "") : field).trim());
  if (header.length === COLUMNS.length && COLUMNS.every((name, index) => header[index] === name)) return;
  const shown = header.join(",").slice(0, 120);
  throw new DataFileError({ file, line: 1 }, `the header is "${shown}", not that of an Online Retail II file`, `it must be "${COLUMNS.join(",")}"`);
}

export function createLineReader(): LineReader {
  const codes = new Map<string, StockCode>();
  const rawCodes = new Map<string, StockCode>();
  const prices = new Map<string, UnitPrice>();
  const rawPrices = new Map<string, UnitPrice>();
  const descriptions = new Map<string, string>();
  const texts = new Map<string, string>();
  const times = new Map<string, number>();

  function once<T>(known: Map<string, T>, raw: string, read: (raw: string) => T | undefined): T | undefined {
    const seen = known.get(raw);
    if (seen !== undefined) return seen;
    const value = read(raw);
    if (value !== undefined) known.set(raw, value);
    return value;
  }

  function readCode(raw: string): StockCode | undefined {
    const code = raw.trim().toUpperCase();
    if (code === "" || code.length > 40 || code.includes("\0")) return undefined;
    return once(codes, code, () => ({ code, isProduct: /^\d{5}/.test(code) }));
  }

  function readPrice(raw: string): UnitPrice | undefined {
    const match = PRICE.exec(raw);
    if (!match) return undefined;
    const fraction = (match[3] ?? "").replace(/0+$/, "").padEnd(CURRENCY_EXPONENT, "0");
    // + 0 turns -0 into 0
    const units = Number(`${match[1]}${match[2]}${fraction}`) + 0;
    return once(prices, `${units}/${fraction.length}`, () => ({ units, exponent: fraction.length }));
  }

  const readText = (raw: string) => (raw.length > 1_000 || raw.includes("\0") ? undefined : raw.trim().replace(/\s+/g, " "));

  return {
    read(fields, { file, fileIndex, line }) {
      if (fields.length !== COLUMNS.length) {
        throw new DataFileError({ file, line }, `the line has ${fields.length} columns, not ${COLUMNS.length}`, "correct the line or fetch the file again");
      }
      const [invoiceRaw, codeRaw, descriptionRaw, quantityRaw, dateRaw, priceRaw, customerRaw, countryRaw] = fields as [string, string, string, string, string, string, string, string];
      const refuse = (column: (typeof COLUMNS)[number], raw: string, wanted: string) =>
        new DataFileError({ file, line, column }, `"${raw.slice(0, 60)}" is not ${wanted}`, "correct the value or take the line out");

      const invoice = once(texts, invoiceRaw, (raw) => (INVOICE.test(raw) ? raw : undefined));
      if (invoice === undefined) throw refuse("Invoice", invoiceRaw, "an invoice number (digits, with at most one capital letter before them)");
      const stock = once(rawCodes, codeRaw, readCode);
      if (stock === undefined) throw refuse("StockCode", codeRaw, "a stock code of 1 to 40 characters");
      const description = once(descriptions, descriptionRaw, readText);
      if (description === undefined) throw refuse("Description", descriptionRaw, "a text of at most 1,000 characters");
      if (!QUANTITY.test(quantityRaw)) throw refuse("Quantity", quantityRaw, "a whole number of at most 9 digits");
      const at = once(times, dateRaw, readTime);
      if (at === undefined) throw refuse("InvoiceDate", dateRaw, "a time like 2010-12-01 08:26:00");
      const price = once(rawPrices, priceRaw, readPrice);
      if (price === undefined) throw refuse("Price", priceRaw, "a number with at most 9 digits before and 6 after the point");
      const customer = once(texts, customerRaw, (raw) => (CUSTOMER.test(raw) ? raw : undefined));
      if (customer === undefined) throw refuse("CustomerID", customerRaw, "a whole number or empty");
      const country = once(descriptions, countryRaw, readText);
      if (country === undefined || country.length > 100) throw refuse("Country", countryRaw, "a text of at most 100 characters");
      return { file: fileIndex, line, invoice, stock, description, quantity: Number(quantityRaw) + 0, at, price, customer, country };
    },
  };
}

function readTime(raw: string): number | undefined {
  const match = DATE.exec(raw);
  if (!match) return undefined;
  const [year, month, day, hour, minute, second] = match.slice(1).map(Number) as [number, number, number, number, number, number];
  const at = Date.UTC(year, month - 1, day, hour, minute, second);
  // Date.UTC carries 2010-02-30 over into March.
  return year >= 1970 && new Date(at).toISOString().slice(0, 19) === raw.replace(" ", "T") ? at : undefined;
}

/** The file's columns of a line, cleaned: what a rejection keeps of it. */
export function lineContent(line: RetailLine): Record<string, unknown> {
  return {
    Invoice: line.invoice,
    StockCode: line.stock.code,
    Description: line.description,
    Quantity: line.quantity,
    InvoiceDate: new Date(line.at).toISOString(),
    Price: (line.price.units / 10 ** line.price.exponent).toFixed(line.price.exponent),
    CustomerID: line.customer,
    Country: line.country,
  };
}

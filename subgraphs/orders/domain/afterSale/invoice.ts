/** What is printed: all text as it stands on the paper, so that it can be printed again the same. Amounts are decimal text. */
export interface InvoiceDocument {
  readonly title: "Invoice" | "Credit note";
  readonly number: string;
  readonly orderNumber: string;
  /** YYYY-MM-DD. */
  readonly issuedOn: string;
  readonly placedOn: string;
  readonly currency: string;
  readonly seller: readonly string[];
  readonly buyer: readonly string[];
  readonly lines: readonly { code: string; name: string; quantity: string; unitPrice: string; amount: string }[];
  /** Name, rate in per cent, what is taxed, tax; whether it is contained in the prices. */
  readonly taxes: readonly { name: string; rate: string; base: string; tax: string; isIncluded: boolean }[];
  /** Label and amount, the last one is the total. */
  readonly totals: readonly { label: string; amount: string }[];
  readonly payments: readonly string[];
}

export type InvoiceKind = "INVOICE" | "CREDIT_NOTE";

/** `INV-2011-000042`. */
export function invoiceNumber(prefix: string, year: number, serial: bigint): string {
  return `${prefix}-${year}-${serial.toString().padStart(6, "0")}`;
}

import type { Ledger } from "./invoices.ts";
import type { RetailLine } from "./line.ts";

export interface RetailCustomer {
  /** The customer number of the files. */
  number: string;
  /** First line of any kind, ms since 1970. */
  firstAt: number;
  /** Country labels with the time each was first seen, the customer's main one (most lines, then the earlier) first. */
  countries: { label: string; firstAt: number }[];
}

/** Every customer whom a line names, ascending by their first line. */
export function deriveCustomers(ledger: Ledger): RetailCustomer[] {
  const byNumber = new Map<string, Map<string, { label: string; firstAt: number; lines: number }>>();
  const note = (line: RetailLine) => {
    if (line.customer === "") return;
    let countries = byNumber.get(line.customer);
    if (countries === undefined) byNumber.set(line.customer, (countries = new Map()));
    const country = countries.get(line.country);
    if (country === undefined) countries.set(line.country, { label: line.country, firstAt: line.at, lines: 1 });
    else {
      country.lines += 1;
      if (line.at < country.firstAt) country.firstAt = line.at;
    }
  };
  for (const order of ledger.orders) for (const line of order.lines) note(line);
  for (const refund of ledger.refunds) for (const line of refund.lines) note(line);
  for (const movement of ledger.movements) note(movement.line);
  // A customer is one even when the only line that names them sold nothing.
  for (const rejection of ledger.rejections) note(rejection.line);
  return [...byNumber]
    .map(([number, countries]) => {
      const seen = [...countries.values()].sort((left, right) => right.lines - left.lines || left.firstAt - right.firstAt);
      return { number, firstAt: Math.min(...seen.map((country) => country.firstAt)), countries: seen.map(({ label, firstAt }) => ({ label, firstAt })) };
    })
    .sort((left, right) => left.firstAt - right.firstAt || (left.number < right.number ? -1 : 1));
}

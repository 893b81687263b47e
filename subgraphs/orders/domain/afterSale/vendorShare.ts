import type { LineParts } from "./lineParts.ts";

export interface VendorTerms {
  readonly vendorId: string;
  /** Hundredths of a per cent that the shop keeps. */
  readonly commissionBps: number;
}

/** What a vendor's lines of one order come to, at the currency's exponent. */
export interface VendorShare extends VendorTerms {
  readonly gross: bigint;
  readonly discount: bigint;
  /** Contained in the prices: the shop's to hand on to the state, no part of what is shared. */
  readonly taxIncluded: bigint;
  /** `gross - discount - taxIncluded`. */
  readonly net: bigint;
  readonly commission: bigint;
  /** `net - commission`. */
  readonly share: bigint;
}

const BPS = 10_000n;

/** Hundredths of a per cent of an amount >= 0, rounded half to even. */
export function commissionOf(net: bigint, bps: number): bigint {
  const exact = net * BigInt(bps);
  const [whole, twice] = [exact / BPS, (exact % BPS) * 2n];
  return twice > BPS || (twice === BPS && whole % 2n === 1n) ? whole + 1n : whole;
}

/** One share per vendor, in the order in which the vendors stand in the order. Lines of the shop itself (no terms) have none. */
export function shareOut(lines: readonly { terms: VendorTerms | null; parts: LineParts }[]): VendorShare[] {
  const byVendor = Map.groupBy(lines.filter((line) => line.terms !== null), (line) => (line.terms as VendorTerms).vendorId);
  return [...byVendor.values()].map((own) => {
    const terms = own[0]?.terms as VendorTerms;
    const total = (part: (parts: LineParts) => bigint) => own.reduce((so, line) => so + part(line.parts), 0n);
    const [gross, discount, taxIncluded] = [total((parts) => parts.gross), total((parts) => parts.discount), total((parts) => parts.taxIncluded)];
    const net = gross - discount - taxIncluded;
    const commission = commissionOf(net, terms.commissionBps);
    return { ...terms, gross, discount, taxIncluded, net, commission, share: net - commission };
  });
}

/** How much of a share has gone back once `refundedNet` of `net` has: in proportion, and all of it in the end, by whatever steps. */
export function reversedShare(share: bigint, net: bigint, refundedNet: bigint): bigint {
  return net === 0n ? 0n : (2n * share * refundedNet + net) / (2n * net);
}

/**
 * What an amount that names no lines takes back of each vendor's net: every line bears of it in proportion to the order's total, without
 * its tax, rounded down; where nothing is left of the money after it, all of the net.
 */
export function netOfAmount(lines: readonly { vendorId: string | null; parts: LineParts }[], amount: bigint, total: bigint, isLast: boolean): Map<string, bigint> {
  const net = new Map<string, bigint>();
  for (const { vendorId, parts } of lines) if (vendorId !== null) net.set(vendorId, (net.get(vendorId) ?? 0n) + parts.gross - parts.discount - parts.taxIncluded);
  if (isLast) return net;
  return new Map([...net].map(([vendorId, units]) => [vendorId, total > 0n ? (units * amount) / total : 0n]));
}

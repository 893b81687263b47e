/** What a method costs up to a weight in grams or a value of the goods; `upTo` null: without end. */
export interface ShippingBand {
  readonly upTo: bigint | null;
  /** At the method's exponent. */
  readonly units: bigint;
}

export const SHIPPING_BASES = ["FLAT", "WEIGHT", "VALUE"] as const;
export type ShippingBasis = (typeof SHIPPING_BASES)[number];

export interface ShippingMethod {
  /** UUID. */
  readonly id: string;
  readonly zoneId: string;
  readonly name: string;
  readonly description: string | null;
  readonly currency: string;
  /** The currency's own. */
  readonly exponent: number;
  /** What the bands are bands of; FLAT has one band without end. */
  readonly basis: ShippingBasis;
  /** Ascending; one without end comes last. Above the last band the method is not offered. */
  readonly bands: readonly ShippingBand[];
  /** From this value of the goods on it costs nothing. */
  readonly freeFromUnits: bigint | null;
  readonly taxClass: string;
  readonly minDays: number | null;
  readonly maxDays: number | null;
  readonly isActive: boolean;
  readonly position: number;
  readonly version: number;
}

/** Where a zone reaches: a country, a region of it (in capitals), or, with null, every country that no zone names. */
export interface ShippingPlace {
  readonly countryCode: string | null;
  readonly region: string | null;
}

export interface ShippingZone {
  /** UUID. */
  readonly id: string;
  readonly name: string;
  readonly version: number;
  readonly places: readonly ShippingPlace[];
  /** By position, then name. */
  readonly methods: readonly ShippingMethod[];
}

export interface Destination {
  readonly countryCode: string | null;
  readonly region: string | null;
}

/** What is sent. `valueUnits` is the subtotal before discounts, so that no code makes the postage dearer. */
export interface Parcel {
  readonly currency: string;
  readonly weightGrams: bigint;
  readonly valueUnits: bigint;
}

/** What a method costs for a cart. */
export interface ShippingQuote {
  readonly methodId: string;
  readonly name: string;
  readonly description: string | null;
  /** At the currency's exponent. */
  readonly units: bigint;
  readonly taxClass: string;
  readonly minDays: number | null;
  readonly maxDays: number | null;
}

/** The zone of a destination: the one that names its region, else its country, else the one for the rest of the world. */
export function zoneOf(zones: readonly ShippingZone[], { countryCode, region }: Destination): ShippingZone | undefined {
  if (countryCode === null) return undefined;
  const named = region?.trim().toUpperCase();
  const naming = (country: string | null, of: string | null) => zones.find(({ places }) => places.some((place) => place.countryCode === country && place.region === of));
  return (named ? naming(countryCode, named) : undefined) ?? naming(countryCode, null) ?? naming(null, null);
}

/** The methods of a zone that take the parcel, with their prices, in the shop's order. */
export function quoteShipping(zone: ShippingZone | undefined, parcel: Parcel): ShippingQuote[] {
  return (zone?.methods ?? []).flatMap((method) => {
    const units = priceOf(method, parcel);
    if (units === undefined) return [];
    const { id: methodId, name, description, taxClass, minDays, maxDays } = method;
    return [{ methodId, name, description, units, taxClass, minDays, maxDays }];
  });
}

function priceOf(method: ShippingMethod, { currency, weightGrams, valueUnits }: Parcel): bigint | undefined {
  if (!method.isActive || method.currency !== currency) return undefined;
  const measure = method.basis === "WEIGHT" ? weightGrams : method.basis === "VALUE" ? valueUnits : 0n;
  const band = method.bands.find(({ upTo }) => upTo === null || measure <= upTo);
  if (!band) return undefined;
  return method.freeFromUnits !== null && valueUnits >= method.freeFromUnits ? 0n : band.units;
}

/** What a cart weighs in grams. */
export function weightOf(lines: readonly { readonly quantity: bigint; readonly weightGrams: number | null }[], defaultGrams: number): bigint {
  return lines.reduce((grams, line) => grams + line.quantity * BigInt(line.weightGrams ?? defaultGrams), 0n);
}

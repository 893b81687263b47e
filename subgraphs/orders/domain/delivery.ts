/** Where the goods go. Lengths are those of the table; see `readAddress`. */
export interface Address {
  readonly name: string;
  readonly line1: string;
  readonly line2: string | null;
  readonly city: string;
  readonly region: string | null;
  readonly postalCode: string | null;
  /** ISO 3166-1 alpha-2. */
  readonly countryCode: string;
  readonly phone: string | null;
}

/** Who to write to, where the goods go and how. Personal. */
export interface CartDelivery {
  readonly email: string | null;
  readonly address: Address | null;
  /** UUID of a shipping method. */
  readonly methodId: string | null;
}

export const NO_DELIVERY: CartDelivery = { email: null, address: null, methodId: null };

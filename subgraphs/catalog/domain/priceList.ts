/** Prices beside the base prices: for a market, for trade, for the staff. */
export interface PriceList {
  /** UUID. */
  readonly id: string;
  readonly code: string;
  readonly name: string;
  readonly currency: string;
  /** Its prices are shown from then on; null where nothing bounds it. */
  readonly activeFrom: Date | null;
  /** Its prices are shown until then; null where nothing bounds it. */
  readonly activeTo: Date | null;
  readonly version: number;
}

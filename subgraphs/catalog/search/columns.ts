type Cells = Int32Array<ArrayBuffer> | Uint32Array<ArrayBuffer> | Float64Array<ArrayBuffer> | Uint8Array<ArrayBuffer>;

/** A growing column of numbers. */
export class Column<A extends Cells> {
  /** At least `size` long; another array after each growth, so take it anew for each pass. */
  cells: A;
  size = 0;
  readonly #make: (length: number) => A;

  constructor(make: (length: number) => A) {
    this.#make = make;
    this.cells = make(1024);
  }

  push(value: number): void {
    if (this.size === this.cells.length) {
      const larger = this.#make(this.size * 2);
      larger.set(this.cells);
      this.cells = larger;
    }
    this.cells[this.size] = value;
    this.size += 1;
  }
}

const int32 = (length: number): Int32Array<ArrayBuffer> => new Int32Array(length);
const uint32 = (length: number): Uint32Array<ArrayBuffer> => new Uint32Array(length);
const float64 = (length: number): Float64Array<ArrayBuffer> => new Float64Array(length);

/** One product of {@link Columns}; ids are numbers of the index's tables. */
export interface Cellular {
  readonly brand: number;
  readonly vendor: number;
  readonly inStock: boolean;
  /** 0 without a review. */
  readonly rating: number;
  readonly categories: readonly number[];
  readonly prices: readonly { readonly currency: number; readonly amount: number; readonly from: number; readonly to: number }[];
  /** Values of filterable attributes: options, texts, yes and no. */
  readonly values: Iterable<number>;
  readonly numbers: readonly { readonly attribute: number; readonly value: number }[];
}

/**
 * What filters and counts read of every product, one behind the other: a pass over all products follows no pointers. Of what a product
 * has several, that of number n stands from `starts[n]` until `starts[n + 1]`. Products that are gone stay until all is built anew.
 */
export class Columns {
  readonly brands = new Column(int32);
  readonly vendors = new Column(int32);
  readonly inStock = new Column((length) => new Uint8Array(length));
  readonly ratings = new Column(float64);
  readonly categories = new Column(uint32);
  readonly categoryStarts = startsAtNone();
  readonly currencies = new Column(int32);
  readonly amounts = new Column(float64);
  readonly from = new Column(float64);
  readonly to = new Column(float64);
  readonly priceStarts = startsAtNone();
  readonly values = new Column(uint32);
  readonly valueStarts = startsAtNone();
  readonly numbers = new Column(float64);
  readonly numberAttributes = new Column(int32);
  readonly numberStarts = startsAtNone();

  /** Of the product with the next number. */
  add({ brand, vendor, inStock, rating, categories, prices, values, numbers }: Cellular): void {
    this.brands.push(brand);
    this.vendors.push(vendor);
    this.inStock.push(inStock ? 1 : 0);
    this.ratings.push(rating);
    for (const one of categories) this.categories.push(one);
    this.categoryStarts.push(this.categories.size);
    for (const { currency, amount, from, to } of prices) {
      this.currencies.push(currency);
      this.amounts.push(amount);
      this.from.push(from);
      this.to.push(to);
    }
    this.priceStarts.push(this.amounts.size);
    for (const value of values) this.values.push(value);
    this.valueStarts.push(this.values.size);
    for (const { attribute, value } of numbers) {
      this.numberAttributes.push(attribute);
      this.numbers.push(value);
    }
    this.numberStarts.push(this.numbers.size);
  }

  hasCategory(doc: number, among: ReadonlySet<number>): boolean {
    return hasOne(this.categories.cells, this.categoryStarts.cells, doc, among);
  }
  hasValue(doc: number, among: ReadonlySet<number>): boolean {
    return hasOne(this.values.cells, this.valueStarts.cells, doc, among);
  }

  /** Whether the product has a number of the attribute for which `fits`. */
  hasNumber(doc: number, attribute: number, fits: (value: number) => boolean): boolean {
    const end = this.numberStarts.cells[doc + 1] as number;
    for (let at = this.numberStarts.cells[doc] as number; at < end; at += 1) if (this.numberAttributes.cells[at] === attribute && fits(this.numbers.cells[at] as number)) return true;
    return false;
  }

  /** Calls `found` with each price of the product that holds at a moment. */
  eachPrice(doc: number, currency: number, now: number, found: (amount: number) => void): void {
    const end = this.priceStarts.cells[doc + 1] as number;
    for (let at = this.priceStarts.cells[doc] as number; at < end; at += 1) {
      if (this.currencies.cells[at] === currency && (this.from.cells[at] as number) <= now && now < (this.to.cells[at] as number)) found(this.amounts.cells[at] as number);
    }
  }

  /** The lowest price that holds at a moment; Infinity without any. */
  lowestPrice(doc: number, currency: number, now: number): number {
    let lowest = Infinity;
    this.eachPrice(doc, currency, now, (amount) => {
      if (amount < lowest) lowest = amount;
    });
    return lowest;
  }
}

function startsAtNone(): Column<Uint32Array<ArrayBuffer>> {
  const starts = new Column(uint32);
  starts.push(0);
  return starts;
}

function hasOne(cells: Uint32Array, starts: Uint32Array, doc: number, among: ReadonlySet<number>): boolean {
  const end = starts[doc + 1] as number;
  for (let at = starts[doc] as number; at < end; at += 1) if (among.has(cells[at] as number)) return true;
  return false;
}

/** A growing column of small numbers. */
export class Column<A extends Int32Array<ArrayBuffer> | Uint32Array<ArrayBuffer> | Float64Array<ArrayBuffer>> {
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

/**
 * What counting reads of every product, one behind the other: a pass over all products follows no pointers. What product number n has
 * stands from `starts[n]` until `starts[n + 1]`; of products that are gone it stays until the whole is built anew.
 */
export class Columns {
  /** Numbers of values of filterable attributes: options, texts, yes and no. */
  readonly values = new Column((length) => new Uint32Array(length));
  readonly valueStarts = new Column((length) => new Uint32Array(length));
  /** Numbers of filterable attributes, with the attribute beside each. */
  readonly numbers = new Column((length) => new Float64Array(length));
  readonly numberAttributes = new Column((length) => new Int32Array(length));
  readonly numberStarts = new Column((length) => new Uint32Array(length));

  constructor() {
    this.valueStarts.push(0);
    this.numberStarts.push(0);
  }

  /** Of the product with the next number. */
  add(values: Iterable<number>, numbers: Iterable<{ readonly attribute: number; readonly value: number }>): void {
    for (const value of values) this.values.push(value);
    this.valueStarts.push(this.values.size);
    for (const { attribute, value } of numbers) {
      this.numberAttributes.push(attribute);
      this.numbers.push(value);
    }
    this.numberStarts.push(this.numbers.size);
  }

  hasValue(doc: number, among: ReadonlySet<number>): boolean {
    const { cells } = this.values;
    const end = this.valueStarts.cells[doc + 1] as number;
    for (let at = this.valueStarts.cells[doc] as number; at < end; at += 1) if (among.has(cells[at] as number)) return true;
    return false;
  }

  /** Whether the product has a number of the attribute for which `fits`. */
  hasNumber(doc: number, attribute: number, fits: (value: number) => boolean): boolean {
    const end = this.numberStarts.cells[doc + 1] as number;
    for (let at = this.numberStarts.cells[doc] as number; at < end; at += 1) if (this.numberAttributes.cells[at] === attribute && fits(this.numbers.cells[at] as number)) return true;
    return false;
  }
}

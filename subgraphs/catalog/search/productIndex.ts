import { Column, Columns } from "./columns.ts";
import { type DocumentAttribute, type SearchDocument, textsOf } from "./document.ts";
import { Interned } from "./interned.ts";
import { TextIndex } from "./engine/textIndex.ts";

/** What orders and pages read of a product; what is counted stands in {@link Columns}. */
export interface Row {
  readonly id: string;
  readonly name: string;
  readonly createdAt: number;
  /** What it is sorted by among ratings. */
  readonly ratingRank: number;
  /** Numbers of the table of collections. */
  readonly collections: readonly number[];
}

export interface AttributeInfo {
  readonly code: string;
  readonly name: string;
  readonly type: DocumentAttribute["type"];
  readonly unit: string | null;
}
export interface ValueInfo {
  readonly attribute: number;
  /** As a filter names it. */
  readonly value: string;
  readonly label: string;
}

/** Where `catalog.product_ratings.rank` begins. */
const UNRATED = 3.5;
/** Longer texts are descriptions, not choices. */
const LONGEST_CHOICE = 100;
/** Dead documents are cleared away by building anew, from this share on. */
const MOST_DEAD = 0.3;
const FEW = 1_000;

/** All products on sale, to be found by words and narrowed by filters. Lives in memory; whoever builds it keeps it up to date. */
export class ProductIndex {
  readonly text = new TextIndex();
  readonly categories = new Interned<{ name: string }>();
  readonly brands = new Interned<{ name: string }>();
  readonly vendors = new Interned<null>();
  readonly collections = new Interned<null>();
  readonly attributes = new Interned<AttributeInfo>();
  readonly values = new Interned<ValueInfo>();
  /** Beside `values`: the attribute of each. */
  readonly attributeOfValue = new Column((length) => new Int32Array(length));
  readonly currencies = new Interned<null>();
  /** What is filtered by and counted of each product, by its number. */
  readonly columns = new Columns();
  readonly #rows: (Row | undefined)[] = [];
  readonly #numberOf = new Map<string, number>();

  /** Products that are in it. */
  get size(): number {
    return this.#numberOf.size;
  }
  /** Numbers given out; some of them to what is no longer there. */
  get capacity(): number {
    return this.#rows.length;
  }
  /** Whether so much in it is dead that it had better be built anew. */
  get isWorn(): boolean {
    const dead = this.capacity - this.size;
    return dead > FEW && dead > MOST_DEAD * this.capacity;
  }
  row(doc: number): Row | undefined {
    return this.#rows[doc];
  }
  numberOf(productId: string): number | undefined {
    return this.#numberOf.get(productId);
  }

  put(document: SearchDocument): void {
    const known = this.#numberOf.get(document.id);
    if (known !== undefined) this.remove(document.id);
    const doc = this.text.add(textsOf(document));
    this.#addColumns(document);
    this.#rows[doc] = { id: document.id, name: document.name, createdAt: document.createdAt, ratingRank: document.ratingRank ?? UNRATED, collections: document.collectionIds.map((id) => this.collections.of(id, null)) };
    this.#numberOf.set(document.id, doc);
  }

  remove(productId: string): void {
    const doc = this.#numberOf.get(productId);
    if (doc === undefined) return;
    this.text.remove(doc);
    this.#rows[doc] = undefined;
    this.#numberOf.delete(productId);
  }

  /** Every product's number. */
  all(): Uint32Array {
    const docs = new Uint32Array(this.size);
    let n = 0;
    for (let doc = 0; doc < this.#rows.length; doc += 1) if (this.#rows[doc]) docs[n++] = doc;
    return docs;
  }

  #addColumns({ attributes, brandId, brand, vendorId, inStock, rating, categories, prices }: SearchDocument): void {
    const values = new Set<number>();
    const numbers: { attribute: number; value: number }[] = [];
    for (const one of attributes) {
      if (!one.isFilterable) continue;
      const attribute = this.attributes.of(one.code, { code: one.code, name: one.name, type: one.type, unit: one.unit });
      if (one.number !== null) numbers.push({ attribute, value: one.number });
      const [value, label] = choiceOf(one);
      if (value === undefined) continue;
      values.add(this.values.of(`${attribute} ${value}`, { attribute, value, label: label ?? value }));
      if (this.values.size > this.attributeOfValue.size) this.attributeOfValue.push(attribute);
    }
    this.columns.add({
      brand: brandId === null ? -1 : this.brands.of(brandId, { name: brand ?? "" }), vendor: vendorId === null ? -1 : this.vendors.of(vendorId, null), inStock, rating: rating ?? 0,
      categories: categories.map(({ id, name }) => this.categories.of(id, { name })),
      prices: prices.map(({ currency, amount, from, to }) => ({ currency: this.currencies.of(currency, null), amount, from, to })), values, numbers,
    });
  }
}

/** What a shopper may choose: the option's code, a short text, yes or no. */
function choiceOf({ option, label, text, flag }: DocumentAttribute): [value?: string, label?: string] {
  if (option !== null) return [option, label ?? option];
  if (flag !== null) return [String(flag), flag ? "Yes" : "No"];
  if (text !== null && text.length <= LONGEST_CHOICE) return [text, text];
  return [];
}

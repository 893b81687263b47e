/** What search reads of a product. The order is that of the counts in a posting. */
export const FIELDS = ["title", "brand", "type", "codes", "attributes", "description"] as const;
export type Field = (typeof FIELDS)[number];

/** The texts of one document by field. */
export type FieldTexts = { readonly [F in Field]?: readonly string[] };

/** How fields count (BM25F; Robertson, Zaragoza, Taylor 2004), and what is added for words that stand together. */
export interface Tuning {
  /** Where a term's count stops to matter. */
  readonly k1: number;
  readonly weight: Readonly<Record<Field, number>>;
  /** How much a field's length takes from its counts, 0 to 1. */
  readonly lengthPenalty: Readonly<Record<Field, number>>;
  /** Of what a synonym counts, to the word itself. */
  readonly synonym: number;
  /** Of what a corrected word counts. */
  readonly corrected: number;
  /** Added for two neighbours of the query that are neighbours in the title, as a share of their weights. */
  readonly neighbours: number;
  /** Added where the title names the thing itself, as a share of the score. */
  readonly kind: number;
}

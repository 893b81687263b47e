import type { Condition, Expression } from "#schema/mapping/expression.ts";

/** What a mapping brings in. */
export const ENTITIES = ["CUSTOMER", "PRODUCT", "STOCK", "PRICE", "ORDER", "REVIEW", "LINK", "MEDIA"] as const;
export type Entity = (typeof ENTITIES)[number];

export interface Format {
  readonly kind: "CSV" | "JSONL";
  readonly encoding: string;
  readonly delimiter: string;
  readonly quote: string;
  readonly columns: readonly string[] | undefined;
  readonly ragged: boolean;
  /** Cells that a spreadsheet would take for formulas have an apostrophe before them, as our exports do. */
  readonly guarded: boolean;
  /** Files need not have every column that the mapping names. */
  readonly isSparse: boolean;
}

export interface Source {
  readonly name: string;
  /** Names or patterns with `*`, inside of the import's folder. */
  readonly files: readonly string[];
  readonly format: Format;
}

/** How an attribute that the shop lacks is made. */
export interface AttributeRule {
  readonly name: string;
  readonly type: "TEXT" | "NUMBER" | "BOOLEAN" | "DATE" | "OPTION";
  readonly unit: string | undefined;
  readonly isFilterable: boolean;
  readonly isSearchable: boolean;
  readonly isVariantOption: boolean;
}

/** One pass over the files of a source. */
export interface Step {
  /** As reports call it. */
  readonly name: string;
  readonly entity: Entity;
  readonly source: Source;
  readonly where: Condition | undefined;
  /** Rows of one product or order follow one another and share this value. */
  readonly groupBy: Expression | undefined;
  /** Which row of a group says what holds of the whole; the first where not given. */
  readonly parent: Condition | undefined;
  readonly fields: ReadonlyMap<string, Expression>;
}

export interface Mapping {
  readonly name: string;
  readonly currency: string | undefined;
  readonly sources: ReadonlyMap<string, Source>;
  /** Sources that others join to; they are read first and kept, so they are bounded. */
  readonly joined: ReadonlyMap<string, ReadonlySet<string>>;
  readonly attributes: ReadonlyMap<string, AttributeRule>;
  readonly steps: readonly Step[];
}

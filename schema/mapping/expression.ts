import type { BoundedPattern } from "./boundedPattern.ts";

// The language in which mappings say where a value comes from and what is made of it; docs/importing.md explains each word.

export type Condition =
  | { readonly kind: "IS"; readonly column: string; readonly values: ReadonlySet<string> }
  | { readonly kind: "EMPTY"; readonly column: string }
  | { readonly kind: "MATCHES"; readonly column: string; readonly pattern: BoundedPattern }
  | { readonly kind: "ALL" | "ANY"; readonly of: readonly Condition[] }
  | { readonly kind: "NOT"; readonly of: Condition };

export type Transform =
  | { readonly kind: "TRIM" | "LOWER" | "UPPER" | "COLLAPSE" | "HTML_TO_TEXT" | "TEXT_TO_HTML" | "LINES" }
  | { readonly kind: "JSON" }
  | { readonly kind: "UNIQUE" }
  | { readonly kind: "NUMBER"; readonly decimal: string; readonly thousands: string | undefined }
  | { readonly kind: "MONEY"; readonly decimal: string; readonly thousands: string | undefined; readonly currency: string | undefined; readonly minorDigits?: number | undefined }
  | { readonly kind: "DATE"; readonly format: string; readonly zoneMinutes: number }
  | { readonly kind: "SPLIT"; readonly by: string }
  | { readonly kind: "JOIN_WITH"; readonly by: string }
  | { readonly kind: "PAIRS"; readonly by: string; readonly is: string; readonly each: string | undefined; readonly pick: ReadonlySet<string> | undefined; readonly omit: ReadonlySet<string> }
  | { readonly kind: "KEY"; readonly name: string }
  | { readonly kind: "LOOKUP"; readonly table: ReadonlyMap<string, Plain>; readonly otherwise: "KEEP" | "EMPTY" | "REFUSE" }
  | { readonly kind: "EXTRACT"; readonly pattern: BoundedPattern; readonly otherwise: "EMPTY" | "REFUSE" }
  | { readonly kind: "REPLACE"; readonly from: string; readonly to: string }
  | { readonly kind: "WRAP"; readonly before: string; readonly after: string };

export type Plain = string | boolean | null;

/** Where a value comes from and what is made of it. */
export interface Expression {
  readonly from:
    | { readonly kind: "COLUMN"; readonly column: string }
    | { readonly kind: "CONSTANT"; readonly value: Plain | readonly string[] }
    | { readonly kind: "TEMPLATE"; readonly parts: readonly ({ readonly text: string } | { readonly column: string })[] }
    | { readonly kind: "FIRST_OF"; readonly of: readonly Expression[] }
    | { readonly kind: "ALL_OF"; readonly of: readonly Expression[] }
    | { readonly kind: "MAP"; readonly of: ReadonlyMap<string, Expression> }
    | { readonly kind: "JOIN"; readonly source: string; readonly on: Expression; readonly key: string; readonly take: string; readonly all: boolean };
  readonly transforms: readonly Transform[];
  readonly when: Condition | undefined;
  /** Taken where nothing, or only empty text, has come out. */
  readonly fallback: Plain | readonly string[] | undefined;
}

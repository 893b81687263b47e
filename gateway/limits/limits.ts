/**
 * What one request may ask for. The numbers come from our own operations (the largest, FiveSubgraphs, uses about a tenth of
 * each) and from what the planner was measured to bear within 100 ms.
 */
export interface Limits {
  /** Bytes of a request body. */
  bodyBytes: number;
  /** Lexical tokens of a document. */
  tokens: number;
  /** Nested brackets of any kind in a document's text. */
  brackets: number;
  /** Nested fields. */
  depth: number;
  /** Response positions reached under an alias. */
  aliases: number;
  /** Fields at the root of a query. */
  rootFields: number;
  /** Fields at the root of a mutation: they run one after the other, and each may guess a password or move money. */
  mutationFields: number;
  /** Fields of one operation that take a password, code or token. */
  guesses: number;
  /** Selections after all fragments are spread out. */
  selections: number;
  /** Pairs of selections that answer under one response name; validation compares every pair. */
  overlaps: number;
  /** Directives on selections and operations. */
  directives: number;
  /** Operations in one document. */
  operations: number;
  /** Estimated fields in the answer, lists taken at their `first`. */
  cost: number;
  /** Nested lists and objects in the variables. */
  variableDepth: number;
  /** Values in the variables. */
  variableNodes: number;
  /** Requests in progress; one more is answered 503. */
  inFlight: number;
  /** Milliseconds that one request may take, all its fetches together. */
  requestMs: number;
  /** Milliseconds that one fetch from a subgraph may take; `default` for those not named. */
  subgraphMs: Readonly<Record<string, number>> & { readonly default: number };
}

export const DEFAULT_LIMITS: Limits = {
  bodyBytes: 1_000_000,
  tokens: 4_000,
  brackets: 60,
  depth: 20,
  aliases: 60,
  rootFields: 20,
  mutationFields: 5,
  guesses: 1,
  selections: 600,
  overlaps: 5_000,
  directives: 25,
  operations: 20,
  cost: 60_000,
  variableDepth: 12,
  variableNodes: 5_000,
  inFlight: 400,
  requestMs: 20_000,
  subgraphMs: { default: 5_000, analytics: 15_000 },
};

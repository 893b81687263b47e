import type { Viewer } from "#kit/viewer.ts";
import type { Clocks } from "#platform/clock.ts";
import type { Database, Tx } from "#platform/db/database.ts";
import type { Log } from "#platform/log.ts";
import type { ObjectStore } from "#platform/objects/store.ts";
import type { ByteSource } from "#platform/tabular/source.ts";
import type { Checked } from "../../domain/import/checkFields.ts";
import type { Mapping } from "../../domain/import/mapping.ts";
import type { Outcome } from "../../queries/import/report.ts";

/** What an import may touch: everything, or the products of one vendor. */
export interface ImportRights {
  readonly everything: boolean;
  readonly vendorId: string | null;
  /** Whether categories, attributes, options and brands that are named and not there are made. */
  readonly createTerms: boolean;
}

/** The files of an import, by the names that its mapping knows them by. */
export interface ImportFiles {
  /** Sorted. */
  list(): Promise<readonly string[]>;
  /** Undefined where there is none of the name. */
  find(name: string): Promise<ByteSource | undefined>;
}

/** What is known while an import runs. */
export interface ImportRun {
  readonly db: Database;
  readonly log: Log;
  readonly mapping: Mapping;
  readonly files: ImportFiles;
  readonly rights: ImportRights;
  /** Whoever started it; for the audit log. Null for the command line. */
  readonly owner: Viewer | null;
  /** As ledgers name whoever started it. */
  readonly actor: string;
  /** The job's id, as ledgers refer to it. */
  readonly reference: string;
  readonly isDry: boolean;
  readonly clocks: Clocks;
  readonly objects: ObjectStore;
  /** Business time. */
  now(): Date;
  /** Pictures that this run has attached already: product, variant and path. */
  readonly attached: Set<string>;
  /** Keys that a dry run would have made, by kind: later steps may name them. */
  readonly planned: Readonly<Record<"PRODUCT" | "SKU" | "CUSTOMER", Set<string>>>;
}

/** A row of a group, or why it is none. */
export interface Part {
  readonly file: string;
  readonly line: number;
  readonly key: string | null;
  readonly fields: Checked;
}

/** What is written as one: a row, or the rows of a product or an order. */
export interface Candidate {
  /** What holds of the whole: its own row's, the parent's or the first one's. */
  readonly whole: Checked;
  /** Rows that count by themselves: variants, lines. One that only says what holds of the whole is not here. */
  readonly parts: readonly Part[];
  /** Every row, in order. */
  readonly rows: readonly Part[];
  /** The row that says what holds of the whole; undefined where the group has none. */
  readonly parent: Part | undefined;
}

export interface Verdict {
  readonly outcome: Outcome;
  readonly field?: string | null | undefined;
  readonly reason?: string | undefined;
}

/** Of each candidate a verdict about each of its rows. */
export type EntityWriter = (tx: Tx, run: ImportRun, candidates: readonly Candidate[]) => Promise<Map<Part, Verdict>>;

export const refused = (field: string | null, reason: string): Verdict => ({ outcome: "REFUSED", field, reason });

/** The same verdict about all rows. */
export function sayAll(verdicts: Map<Part, Verdict>, { rows }: Candidate, verdict: Verdict): void {
  for (const part of rows) verdicts.set(part, verdict);
}

/** Whether products of this vendor are the import's to change. */
export function mayChange({ everything, vendorId }: ImportRights, of: string | null): boolean {
  return everything || (of !== null && of === vendorId);
}

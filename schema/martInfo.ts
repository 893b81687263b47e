/** A column of a mart, as dbt's contract has it. */
export interface MartColumn {
  /** PostgreSQL's name of the type. */
  readonly type: string;
  /** What it holds, one sentence. */
  readonly description: string;
  /** Present on personal data: `pseudonymous` for ids of people, another word for what says more. */
  readonly pii?: string;
}

/** What is known of a mart. */
export interface MartInfo {
  readonly description: string;
  /** What one row is. */
  readonly grain: string;
  /** The slice whose data it shows. */
  readonly owner: string;
  /** Columns in order. */
  readonly columns: Readonly<Record<string, MartColumn>>;
}

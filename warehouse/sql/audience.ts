/** Through whose eyes a statement looks at the marts. */
export type AudienceKind = "ANALYST" | "PERSONAL" | "VENDOR";

export interface Audience {
  readonly kind: AudienceKind;
  /** UUIDs of the vendors whose rows are seen; empty for everybody else. */
  readonly vendorIds: readonly string[];
}

/** Who asks. */
export interface Asker {
  /** UUID of the person; null for the operator at the command line. */
  readonly actorId: string | null;
  readonly sessionId?: string | undefined;
  readonly requestId?: string | undefined;
  readonly source: "GRAPH" | "CLI";
  readonly audience: Audience;
}

/** The schema of views of an audience. */
export const SCHEMA_OF: Readonly<Record<AudienceKind, "marts_masked" | "marts" | "marts_vendor">> = { ANALYST: "marts_masked", PERSONAL: "marts", VENDOR: "marts_vendor" };

/** The login of an audience. */
export const LOGIN_OF = { ANALYST: "martgraph_sql_analyst", PERSONAL: "martgraph_sql_personal", VENDOR: "martgraph_sql_vendor" } as const satisfies Readonly<Record<AudienceKind, string>>;

export interface SqlLimits {
  /** Dearest plan that is run, in the planner's units; some 0.01 per row that is read. */
  readonly maxCost: number;
  /** For all of a statement. */
  readonly timeoutMs: number;
  /** Statements at once, of one person. */
  readonly perPerson: number;
}

/** A vendor's rows are few: what is dear for them is a mistake. */
export const LIMITS: Readonly<Record<AudienceKind, SqlLimits>> = {
  ANALYST: { maxCost: 5_000_000, timeoutMs: 15_000, perPerson: 3 },
  PERSONAL: { maxCost: 5_000_000, timeoutMs: 15_000, perPerson: 3 },
  VENDOR: { maxCost: 1_000_000, timeoutMs: 8_000, perPerson: 2 },
};

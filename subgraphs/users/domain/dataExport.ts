export type DataExportState = "PENDING" | "READY" | "FAILED" | "EXPIRED";

/** A copy of a person's data. Wall time throughout. */
export interface DataExport {
  /** UUID. */
  readonly id: string;
  /** Null once the person was erased. */
  readonly userId: string | null;
  readonly state: DataExportState;
  readonly requestedAt: Date;
  readonly readyAt: Date | null;
  readonly expiresAt: Date | null;
  readonly bytes: bigint | null;
  readonly downloadedAt: Date | null;
}

export const EXPORT_POLICY = {
  /** Copies of one person within a day; writing one asks every slice for everything. */
  perDay: 3,
  /** For how long a copy lies there to be fetched. */
  keptDays: 7,
  /** A copy that was fetched stays this long, for a download that breaks off half-way to be looked into; no link leads to it. */
  keptAfterDownloadSeconds: 600,
  maxAttempts: 5,
} as const;

const DAY_MS = 86_400_000;

/** The copy under way; else how long to wait, in seconds, where the day's measure is full; else undefined: a new one may be begun. */
export function mayExport(latest: readonly DataExport[], now: Date): { underWay: DataExport } | { retryAfterSeconds: number } | undefined {
  const underWay = latest.find((one) => one.state === "PENDING");
  if (underWay) return { underWay };
  const ofDay = latest.filter((one) => one.state !== "FAILED" && now.getTime() - one.requestedAt.getTime() < DAY_MS).map((one) => one.requestedAt.getTime());
  if (ofDay.length < EXPORT_POLICY.perDay) return undefined;
  const oldest = ofDay.sort((a, b) => b - a)[EXPORT_POLICY.perDay - 1] as number;
  return { retryAfterSeconds: Math.max(1, Math.ceil((oldest + DAY_MS - now.getTime()) / 1000)) };
}

/** A check as it is stored. */
export interface StoredCheck {
  readonly suite: string;
  readonly name: string;
  readonly severity: string;
  readonly passed: boolean;
  readonly message: string | null;
  readonly observed: string | null;
  readonly checked_at: Date;
}
/** `checkedAt` lies before the build where the rows it looks at had not changed since, and the verdict was carried over. */
export type QualityCheck = Omit<StoredCheck, "checked_at"> & { readonly layer: string; readonly checkedAt: Date };

/** The layer stands before the dot of a suite's name. */
export const withLayer = ({ checked_at: checkedAt, ...check }: StoredCheck): QualityCheck => ({ ...check, checkedAt, layer: check.suite.slice(0, check.suite.indexOf(".")).toUpperCase() });

const LAYERS = ["RAW", "MARTS", "FEATURES", "PREDICTIONS", "WATCH"];
const SEVERITIES = ["CRITICAL", "WARNING", "INFO"];

/** Counts by layer and severity, in the order in which they run; what there is none of is left out. */
export function countChecks(checks: readonly QualityCheck[]): { layer: string; severity: string; passed: number; failed: number }[] {
  return LAYERS.flatMap((layer) => SEVERITIES.map((severity) => {
    const some = checks.filter((one) => one.layer === layer && one.severity === severity);
    const passed = some.filter((one) => one.passed).length;
    return { layer, severity, passed, failed: some.length - passed };
  })).filter(({ passed, failed }) => passed + failed > 0);
}

/** Those that a person asks for. */
export function chosenChecks(checks: readonly QualityCheck[], { severity, layer, failed }: { severity?: readonly string[] | null; layer?: string | null; failed?: boolean | null }): QualityCheck[] {
  return checks.filter((one) => (!severity || severity.includes(one.severity)) && (!layer || one.layer === layer) && (failed !== true || !one.passed));
}

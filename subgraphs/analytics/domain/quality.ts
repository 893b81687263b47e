/** A check as it is stored. */
export interface StoredCheck {
  readonly suite: string;
  readonly name: string;
  readonly severity: string;
  readonly passed: boolean;
  readonly message: string | null;
  readonly observed: string | null;
}
export type QualityCheck = StoredCheck & { readonly layer: string };

/** The layer stands before the dot of a suite's name. */
export const withLayer = (check: StoredCheck): QualityCheck => ({ ...check, layer: check.suite.slice(0, check.suite.indexOf(".")).toUpperCase() });

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

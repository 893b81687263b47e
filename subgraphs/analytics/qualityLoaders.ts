import DataLoader from "dataloader";
import type { WarehouseReader } from "#warehouse/reader.ts";
import { type QualityCheck, withLayer } from "./domain/quality.ts";
import { anomaliesOfBuilds, checksOfBuilds } from "./queries/quality.ts";

/** Checks and anomalies by build: a history of builds asks for each of them once. */
export function qualityLoaders(reader: Pick<WarehouseReader, "ledger">) {
  const checks = (failedOnly: boolean) => new DataLoader<string, QualityCheck[]>(async (builds) => {
    const byBuild = Map.groupBy(await reader.ledger.many(checksOfBuilds, [builds, failedOnly]), (row) => row.build_id);
    return builds.map((build) => (byBuild.get(build) ?? []).map(withLayer));
  });
  return {
    checksOfBuild: checks(false),
    failedOfBuild: checks(true),
    anomaliesOfBuild: new DataLoader(async (builds: readonly string[]) => {
      const byBuild = Map.groupBy(await reader.ledger.many(anomaliesOfBuilds, [builds]), (row) => row.build_id);
      return builds.map((build) => (byBuild.get(build) ?? []).map((row) => ({
        table: row.relation, kind: row.kind, subject: row.subject === "" ? null : row.subject, day: row.day, severity: row.severity, observed: row.observed, expected: row.expected,
        lower: row.lower_bound, upper: row.upper_bound, message: row.message, isAccepted: row.is_accepted,
      })));
    }),
  };
}

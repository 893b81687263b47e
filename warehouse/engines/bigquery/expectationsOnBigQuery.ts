import type { ExpectationsTool } from "../../pipeline/types.ts";
import type { Expectations } from "../../tools/expectations.ts";

const IN_BIGQUERY: ReadonlySet<string> = new Set(["marts", "features"]);
/** Values of the suites that name schemas, which are datasets with a prefix there. */
const SCHEMAS: ReadonlySet<string> = new Set(["audit", "marts", "features", "published_audit", "published_marts", "published_features"]);

/**
 * The suites of marts and features run where those are; those of raw and of predictions stay in PostgreSQL, where raw was captured and
 * predictions are written.
 */
export function expectationsOnBigQuery({ onPostgres, onBigQuery, datasetPrefix }: { onPostgres: Expectations; onBigQuery: Expectations; datasetPrefix: string }): ExpectationsTool {
  return {
    codeHash: () => onPostgres.codeHash(),
    async run({ areas, values, signal }) {
      const there = areas.filter((area) => IN_BIGQUERY.has(area));
      const here = areas.filter((area) => !IN_BIGQUERY.has(area));
      const reports = [];
      if (here.length > 0) reports.push(await onPostgres.run({ areas: here, values, signal }));
      if (there.length > 0) reports.push(await onBigQuery.run({ areas: there, values: valuesThere(values, datasetPrefix), signal }));
      return { version: 1, success: reports.every(({ success }) => success), seconds: reports.reduce((sum, { seconds }) => sum + seconds, 0), suites: reports.flatMap(({ suites }) => suites) };
    },
  };
}

/** Instants have another type's name; dates are the same in both. */
export function valuesThere(values: Readonly<Record<string, string | null>>, datasetPrefix: string): Record<string, string | null> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => {
    if (value !== null && SCHEMAS.has(name)) return [name, `${datasetPrefix}_${value}`];
    return [name, value?.replace(/^timestamptz '/, "timestamp '") ?? null];
  }));
}

import { badUserInput } from "#kit/errors.ts";
import { tableFreshness } from "#warehouse/reader.ts";
import type { AnalyticsContext as Context } from "../context.ts";
import { chosenChecks, countChecks, type QualityCheck } from "../domain/quality.ts";
import { judgedBuilds, latestIncidents } from "../queries/quality.ts";

interface Ref {
  readonly buildId: string;
}
interface ChecksArgs {
  severity?: readonly string[] | null;
  layer?: string | null;
  failed?: boolean | null;
}

function listLength(first: number): number {
  if (first < 1 || first > 100) throw badUserInput(`\`first\` must be between 1 and 100, it is ${first}.`, ["first"]);
  return first;
}

const anomaliesOf = (build: Ref, _args: object, { loaders }: Context) => loaders.anomaliesOfBuild.load(build.buildId);

export const qualityResolvers = {
  Query: {
    async dataQuality(_root: unknown, _args: object, { reader, loaders }: Context) {
      const build = await reader.current();
      if (!build) return null;
      const every = await loaders.checksOfBuild.load(build.buildId);
      const { buildId, publishedAt, asOf, currentTo, isStale } = build;
      return { buildId, publishedAt, asOf, currentTo, isStale, verdict: every.every((check) => check.passed) ? "PASSED" : "WARNED", every, freshness: tableFreshness(build) };
    },
    async qualityHistory(_root: unknown, { first }: { first: number }, { reader }: Context) {
      const rows = await reader.ledger.many(judgedBuilds, [listLength(first)]);
      return rows.map((row) => ({
        buildId: row.build_id, state: row.state, reason: row.reason, startedAt: row.started_at, publishedAt: row.published_at, asOf: row.cut_committed_at,
        checks: Number(row.checks), red: Number(row.red), warnings: Number(row.warnings),
      }));
    },
    async dataIncidents(_root: unknown, { first }: { first: number }, { reader }: Context) {
      const rows = await reader.ledger.many(latestIncidents, [listLength(first)]);
      return rows.map((row) => ({ id: row.incident_id, kind: row.kind, message: row.message, buildId: row.build_id, openedAt: row.opened_at, closedAt: row.closed_at }));
    },
  },
  DataQuality: {
    summary: ({ every }: { every: readonly QualityCheck[] }) => countChecks(every),
    checks: ({ every }: { every: readonly QualityCheck[] }, args: ChecksArgs) => chosenChecks(every, args),
    anomalies: anomaliesOf,
  },
  BuildVerdict: {
    failed: async (build: Ref, _args: object, { loaders }: Context) => loaders.failedOfBuild.load(build.buildId),
    anomalies: anomaliesOf,
  },
};

import type { AnalyticsContext as Context } from "../context.ts";
import { checksOfBuild } from "../queries/ledger.ts";

export const qualityResolvers = {
  Query: {
    async dataQuality(_root: unknown, _args: object, { reader }: Context) {
      const build = await reader.current();
      if (!build) return null;
      const checks = await reader.ledger.many(checksOfBuild, [build.buildId]);
      return { buildId: build.buildId, publishedAt: build.publishedAt, asOf: build.asOf, verdict: checks.every((check) => check.passed) ? "PASSED" : "WARNED", checks };
    },
  },
};

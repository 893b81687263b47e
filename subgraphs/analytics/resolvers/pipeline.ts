import { badUserInput } from "#kit/errors.ts";
import { encodeId } from "#schema/values/ids.ts";
import type { AnalyticsContext as Context } from "../context.ts";
import { recentRuns } from "../queries/ledger.ts";

export const pipelineResolvers = {
  Query: {
    async pipelineRuns(_root: unknown, { first }: { first: number }, { reader }: Context) {
      if (first < 1 || first > 100) throw badUserInput(`\`first\` must be between 1 and 100, it is ${first}.`, ["first"]);
      const rows = await reader.ledger.many(recentRuns, [first]);
      return rows.map((row) => ({
        id: encodeId("run", row.run_id), runId: row.run_id, trigger: row.trigger, state: row.state, reason: row.reason, buildId: row.build_id,
        startedAt: row.started_at, finishedAt: row.finished_at,
      }));
    },
  },
  PipelineRun: {
    steps: (run: { runId: string }, _args: object, { loaders }: Context) => loaders.stepsOfRun.load(run.runId),
  },
};

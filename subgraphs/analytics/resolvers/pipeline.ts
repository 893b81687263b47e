import { badUserInput } from "#kit/errors.ts";
import type { RowOf } from "#platform/db/query.ts";
import { toUserError } from "#kit/userError.ts";
import { encodeId } from "#schema/values/ids.ts";
import { pipelineRunRequest } from "../commands/pipelineRunRequest.ts";
import type { AnalyticsContext as Context } from "../context.ts";
import { listPipelineAssets, recentRuns, runsByIds } from "../queries/ledger.ts";
import { pipelineErrors } from "./errors/pipeline.ts";

type RunRow = RowOf<(typeof recentRuns)["row"]>;
type Run = ReturnType<typeof toRun>;

const toRun = (row: RunRow) => ({
  id: encodeId("run", row.run_id), runId: row.run_id, trigger: row.trigger, state: row.state, reason: row.reason, buildId: row.build_id,
  startedAt: row.started_at, finishedAt: row.finished_at,
});

const TRAINING = { AUTO: "auto", FORCE: "force", NEVER: "never" } as const;

interface RequestArgs {
  input: { idempotencyKey: string; train: keyof typeof TRAINING; force: boolean };
}

export const pipelineResolvers = {
  Query: {
    async pipelineRuns(_root: unknown, { first }: { first: number }, { reader }: Context) {
      if (first < 1 || first > 100) throw badUserInput(`\`first\` must be between 1 and 100, it is ${first}.`, ["first"]);
      return (await reader.ledger.many(recentRuns, [first])).map(toRun);
    },
    async pipelineAssets(_root: unknown, _args: object, { reader }: Context) {
      return (await reader.ledger.many(listPipelineAssets, [])).map((row) => ({
        name: row.name, description: row.what, stage: row.stage.toUpperCase().replaceAll(" ", "_"), after: row.after, isOptional: row.optional,
      }));
    },
  },
  Mutation: {
    async pipelineRunRequest(_root: unknown, { input }: RequestArgs, context: Context) {
      const outcome = await pipelineRunRequest(context, { idempotencyKey: input.idempotencyKey, train: TRAINING[input.train], force: input.force });
      if (!outcome.ok) return toUserError(pipelineErrors, outcome.error);
      return { __typename: "PipelineRunRequestSuccess", request: { ...outcome.value, id: encodeId("prq", outcome.value.id) } };
    },
  },
  PipelineRunRequest: {
    async run({ runId }: { runId: string | null }, _args: object, { reader }: Context) {
      const row = runId === null ? undefined : await reader.ledger.maybeOne(runsByIds, [[runId]]);
      return row ? toRun(row) : null;
    },
  },
  PipelineRun: {
    steps: (run: Run, _args: object, { loaders }: Context) => loaders.stepsOfRun.load(run.runId),
    async progress(run: Run, _args: object, { loaders, reader }: Context) {
      if (run.state !== "RUNNING") return null;
      const steps = await loaders.stepsOfRun.load(run.runId);
      const current = steps.find((step) => step.state === "RUNNING");
      const known = (await reader.ledger.many(listPipelineAssets, [])).length;
      return {
        stepsDone: steps.filter((step) => step.state === "DONE" || step.state === "SKIPPED").length,
        stepsInAll: Math.max(known, steps.length),
        currentAsset: current?.asset ?? null, message: current?.message ?? null, rows: current?.rows ?? null,
        seconds: Math.max(0, (Date.now() - run.startedAt.getTime()) / 1000),
      };
    },
  },
};

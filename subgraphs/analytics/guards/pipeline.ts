import { allow, permission, type Guards } from "#kit/guard.ts";
import { engineers } from "./shared.ts";

export const pipelineGuards: Guards = {
  Query: { pipelineRuns: engineers, pipelineAssets: engineers },
  Mutation: { pipelineRunRequest: permission("pipeline.run") },
  PipelineAsset: allow,
  PipelineProgress: allow,
  PipelineRunRequest: allow,
  PipelineRunRequestSuccess: allow,
  PipelineQueueFull: allow,
  PipelineRun: allow,
  PipelineStep: allow,
};

import { allow, type Guards } from "#kit/guard.ts";
import { engineers } from "./shared.ts";

export const pipelineGuards: Guards = {
  Query: { pipelineRuns: engineers },
  PipelineRun: allow,
  PipelineStep: allow,
};

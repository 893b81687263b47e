import type { Renderers } from "#kit/userError.ts";
import type { PipelineRunRequestRefusal } from "../../commands/pipelineRunRequest.ts";

const KEY = ["input", "idempotencyKey"];

export const pipelineErrors: Renderers<PipelineRunRequestRefusal> = {
  INVALID_IDEMPOTENCY_KEY: () => ({ message: "The idempotency key must have 1 to 200 printable ASCII characters without spaces: a UUID does.", path: KEY }),
  IDEMPOTENCY_CONFLICT: () => ({ message: "This idempotency key was used before with other content: take a new key.", path: KEY }),
  PIPELINE_QUEUE_FULL: () => ({ message: "A hundred requests wait already: no process keeps the schedule. Start one with `martgraph start`, or run the pipeline there by hand." }),
};

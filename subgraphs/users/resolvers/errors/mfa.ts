import type { StepUpRequired } from "../../domain/stepUp.ts";

/** For every area that asks for a fresh proof: `STEP_UP_REQUIRED: stepUpRequired`. */
export const stepUpRequired = ({ maxAgeSeconds }: StepUpRequired) => ({
  message: `Show once more who you are: call stepUp, then repeat this within ${Math.floor(maxAgeSeconds / 60)} minutes with the access token that it answers.`,
  fields: { maxAgeSeconds },
});

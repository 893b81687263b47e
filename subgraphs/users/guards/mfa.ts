import { allow, type Guards } from "#kit/guard.ts";

export const mfaGuards: Guards = {
  TokenPair: { deviceToken: allow },
  StepUpRequired: allow,
};

import { allow, type Guards } from "#kit/guard.ts";
import { engineers } from "./shared.ts";

export const qualityGuards: Guards = {
  Query: { dataQuality: engineers },
  DataQuality: allow,
  QualityCheck: allow,
};

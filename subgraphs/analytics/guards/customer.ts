import { allow, type Guards } from "#kit/guard.ts";
import { analysts } from "./shared.ts";

export const customerGuards: Guards = {
  Query: { cohorts: analysts, rfmSegments: analysts },
  Cohort: allow,
  CohortActivity: allow,
  RfmSegment: allow,
};

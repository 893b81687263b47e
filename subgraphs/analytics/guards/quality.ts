import { allow, type Guards } from "#kit/guard.ts";
import { engineers } from "./shared.ts";

export const qualityGuards: Guards = {
  Query: { dataQuality: engineers, qualityHistory: engineers, dataIncidents: engineers },
  DataQuality: allow,
  QualityCount: allow,
  QualityCheck: allow,
  QualityAnomaly: allow,
  TableFreshness: allow,
  BuildVerdict: allow,
  DataIncident: allow,
};

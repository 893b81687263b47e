import { allow, type Guards } from "#kit/guard.ts";
import { analysts } from "./shared.ts";

export const marketingGuards: Guards = {
  Query: { ltv: analysts, funnel: analysts, channels: analysts },
  LtvReport: allow,
  LtvCohort: allow,
  LtvMonth: allow,
  FunnelReport: allow,
  FunnelStepReached: allow,
  ChannelReport: allow,
  ChannelFigures: allow,
  ChannelCredit: allow,
};

import { allow, type Guards } from "#kit/guard.ts";

// Visitors are counted whether or not they have an account.
export const behaviourGuards: Guards = {
  Mutation: { trackEvents: allow },
  TrackEventsSuccess: allow,
  RejectedEvent: allow,
  TooManyEvents: allow,
};

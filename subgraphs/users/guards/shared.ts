import { allow, type Guards } from "#kit/guard.ts";

/** Types that several areas answer with. */
export const sharedGuards: Guards = {
  PageInfo: allow,
  InvalidValue: allow,
  VersionConflict: allow,
  InvalidIdempotencyKey: allow,
  IdempotencyConflict: allow,
  RequestInProgress: allow,
};

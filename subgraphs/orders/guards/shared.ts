import { allow, type Guards } from "#kit/guard.ts";

export const sharedGuards: Guards = {
  Product: allow,
  ProductVariant: allow,
  Money: allow,
  PageInfo: allow,
  InvalidIdempotencyKey: allow,
  IdempotencyConflict: allow,
  RequestInProgress: allow,
  VersionConflict: allow,
};

import { allow, type Guards } from "#kit/guard.ts";

export const paymentGuards: Guards = {
  Payment: allow,
};

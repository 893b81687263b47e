import type { RateLimited } from "../../commands/admitAttempt.ts";

/** For everything that can be guessed at: `RATE_LIMITED: rateLimited`. */
export const rateLimited = ({ retryAfterSeconds }: RateLimited) => ({
  message: `Too many attempts at this moment: try again in ${retryAfterSeconds} seconds.`,
  fields: { retryAfterSeconds },
});

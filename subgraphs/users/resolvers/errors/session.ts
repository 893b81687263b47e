import type { Renderers } from "#kit/userError.ts";
import type { SessionRevokeRefusal } from "../../commands/session/sessionRevoke.ts";
import type { InvalidRefreshToken } from "../../commands/session/tokenRefresh.ts";
import { stepUpRequired } from "./mfa.ts";

export const tokenRefreshErrors: Renderers<InvalidRefreshToken> = {
  INVALID_REFRESH_TOKEN: () => ({ message: "This refresh token is no longer good for anything: log in again.", path: ["input", "refreshToken"] }),
};

const REVOKE = {
  BOTH_OR_NEITHER: { message: "Give the `id` of one session, or `all: true`.", path: ["input"] },
  NOT_MINE: { message: "`exceptCurrent` is about your own sessions: leave it out where `userId` is given.", path: ["input", "exceptCurrent"] },
} as const;

export const sessionRevokeErrors: Renderers<SessionRevokeRefusal> = {
  SESSION_NOT_FOUND: () => ({ message: "There is no such session among those that live.", path: ["input"] }),
  INVALID_VALUE: ({ why }) => REVOKE[why],
  STEP_UP_REQUIRED: stepUpRequired,
};

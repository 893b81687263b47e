import { err, ok, type Result } from "#schema/values/result.ts";
import type { UsersContext } from "../../context.ts";
import { type InvalidMfaCode, type InvalidProof, readProof } from "../../domain/secondFactor.ts";
import { knownDevice } from "../../ports/deviceTokens.ts";
import { secondFactorOf } from "../../queries/secondFactor.ts";
import { listUsersByIds } from "../../queries/users.ts";
import type { RateLimited } from "../admitAttempt.ts";
import { checkPassword } from "../checkPassword.ts";
import type { TokenPair } from "../session/issueTokens.ts";
import { renewSession } from "../session/renewSession.ts";
import { showSecondFactor } from "./showSecondFactor.ts";

export interface StepUpInput {
  password?: string | null;
  totpCode?: string | null;
  recoveryCode?: string | null;
  deviceToken?: string | null;
}

export type StepUpRefusal = InvalidMfaCode | InvalidProof | RateLimited | { code: "INVALID_CREDENTIALS" } | { code: "SESSION_NOT_FOUND" };

/**
 * Shows once more who the viewer is, and carries their session on with the proof of now. Who has a second factor shows that one; a
 * password alone does not do.
 */
export async function stepUp(context: UsersContext, input: StepUpInput): Promise<Result<TokenPair, StepUpRefusal>> {
  const { db, clocks, viewer, secrets } = context;
  const userId = viewer.userId as string;
  const [user] = await listUsersByIds(db, [userId]);
  if (viewer.sessionId === undefined || !user?.isActive) return err({ code: "SESSION_NOT_FOUND" });
  const device = knownDevice(secrets, input.deviceToken, user, clocks.wall.now());
  const factor = await secondFactorOf(db, userId);
  const isPassword = typeof input.password === "string";
  const given = [input.password, input.totpCode, input.recoveryCode].filter((text) => typeof text === "string").length;
  if (given > 1) return err({ code: "INVALID_VALUE", reason: "give one of password, totpCode and recoveryCode", path: ["input"] });
  if (isPassword && factor) return err({ code: "INVALID_VALUE", reason: "this account has a second factor: give totpCode or recoveryCode", path: ["input", "password"] });
  let methods: readonly string[];
  if (isPassword) {
    const checked = await checkPassword(context, user, input.password as string, device);
    if (!checked.ok) return checked;
    methods = ["pwd"];
  } else {
    const proof = readProof({ code: input.totpCode, recoveryCode: input.recoveryCode }, "totpCode");
    if (!proof.ok) return proof;
    const shown = await showSecondFactor(context, { userId, device, field: "totpCode" }, proof.value);
    if (!shown.ok) return shown;
    methods = shown.value;
  }
  const session = await renewSession(context, user, viewer.sessionId, { methods: [...new Set([...(viewer.methods ?? []), ...methods])] });
  return session ? ok(session) : err({ code: "SESSION_NOT_FOUND" });
}

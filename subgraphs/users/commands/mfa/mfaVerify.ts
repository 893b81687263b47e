import { err, ok, type Result } from "#schema/values/result.ts";
import type { UsersContext } from "../../context.ts";
import { CHALLENGE_ATTEMPTS, type GivenProof, type InvalidMfaCode, type InvalidProof, readProof } from "../../domain/secondFactor.ts";
import { readHandle } from "../../ports/handles.ts";
import { countChallengeAttempt, findLoginChallenge, useLoginChallenge } from "../../queries/loginChallenges.ts";
import { listUsersByIds } from "../../queries/users.ts";
import type { RateLimited } from "../admitAttempt.ts";
import { openSession } from "../openSession.ts";
import type { TokenPair } from "../session/issueTokens.ts";
import { showSecondFactor } from "./showSecondFactor.ts";

export type MfaVerifyRefusal = InvalidMfaCode | InvalidProof | RateLimited | { code: "INVALID_CHALLENGE" };

/**
 * The second half of a login. A challenge takes a few codes and lets in once; it ends with its time, and with whatever made the first
 * half worthless meanwhile.
 */
export async function mfaVerify(context: UsersContext, input: GivenProof & { challenge: string }): Promise<Result<TokenPair, MfaVerifyRefusal>> {
  const over = err<MfaVerifyRefusal>({ code: "INVALID_CHALLENGE" });
  const { db, clocks } = context;
  const handle = readHandle(input.challenge);
  const challenge = handle && (await findLoginChallenge(db, handle, clocks.wall.now(), CHALLENGE_ATTEMPTS));
  if (!challenge) return over;
  const proof = readProof(input, "code");
  if (!proof.ok) return proof;
  if (!(await countChallengeAttempt(db, challenge.id, clocks.wall.now(), CHALLENGE_ATTEMPTS))) return over;
  const shown = await showSecondFactor(context, { userId: challenge.userId, device: challenge.device, field: "code" }, proof.value);
  if (!shown.ok) return shown;
  if (!(await useLoginChallenge(db, challenge.id, clocks.wall.now()))) return over;
  const [user] = await listUsersByIds(db, [challenge.userId]);
  const session = user && (await openSession(context, { ...user, sessionEpoch: challenge.sessionEpoch }, { methods: [...challenge.firstMethods, ...shown.value] }));
  return session ? ok(session) : over;
}

import type { UsersParts } from "../../context.ts";
import { CHALLENGE_MS } from "../../domain/secondFactor.ts";
import type { User } from "../../domain/user.ts";
import { newHandle } from "../../ports/handles.ts";
import { insertLoginChallenge } from "../../queries/loginChallenges.ts";
import { secondFactorOf, type SecondFactorMethod } from "../../queries/secondFactor.ts";

/** The first factor is shown, the second is not. */
export interface MfaRequired {
  code: "MFA_REQUIRED";
  challenge: string;
  methods: readonly SecondFactorMethod[];
  expiresAt: Date;
}

export interface FirstFactor {
  /** How it was shown (RFC 8176). */
  readonly methods: readonly string[];
  /** The known device of the login; undefined for an unknown one. */
  readonly device?: string | undefined;
}

/** A challenge for a person with a second factor; undefined for one whom the first factor lets in. `user` as it was read with the first factor. */
export async function openChallenge({ db, clocks }: Pick<UsersParts, "db" | "clocks">, user: Pick<User, "id" | "sessionEpoch">, { methods, device }: FirstFactor): Promise<MfaRequired | undefined> {
  const factor = await secondFactorOf(db, user.id);
  if (!factor) return undefined;
  const handle = newHandle();
  const at = clocks.wall.now();
  const expiresAt = new Date(at.getTime() + CHALLENGE_MS);
  await insertLoginChallenge(db, handle, { userId: user.id, firstMethods: methods, sessionEpoch: user.sessionEpoch, device }, at, expiresAt);
  return { code: "MFA_REQUIRED", challenge: handle.text, methods: factor.methods, expiresAt };
}

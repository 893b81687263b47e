import type { Resolvers } from "#kit/subgraph.ts";
import { toUserError } from "#kit/userError.ts";
import { mfaConfirm } from "../commands/mfa/mfaConfirm.ts";
import { mfaDisable } from "../commands/mfa/mfaDisable.ts";
import { mfaEnroll } from "../commands/mfa/mfaEnroll.ts";
import { mfaVerify } from "../commands/mfa/mfaVerify.ts";
import { recoveryCodesRenew } from "../commands/mfa/recoveryCodesRenew.ts";
import { stepUp, type StepUpInput } from "../commands/mfa/stepUp.ts";
import type { TokenPair } from "../commands/session/issueTokens.ts";
import type { UsersContext } from "../context.ts";
import type { User } from "../domain/user.ts";
import { issueDeviceToken } from "../ports/deviceTokens.ts";
import { type SecondFactor, secondFactorOf } from "../queries/secondFactor.ts";
import { mfaConfirmErrors, mfaDisableErrors, mfaEnrollErrors, mfaVerifyErrors, recoveryCodesRenewErrors, stepUpErrors } from "./errors/mfa.ts";
import { tokenPair } from "./tokenPair.ts";

const mfaOf = (factor: SecondFactor | null | undefined) => ({
  isEnabled: Boolean(factor), methods: factor?.methods ?? [], recoveryCodesLeft: factor?.recoveryCodesLeft ?? 0, enabledAt: factor?.enabledAt ?? null,
});
const mfaNow = async ({ db, viewer }: UsersContext) => mfaOf(await secondFactorOf(db, viewer.userId as string));

export const mfaResolvers: Resolvers = {
  Mutation: {
    async mfaEnroll(_root: unknown, _args: unknown, context: UsersContext) {
      const outcome = await mfaEnroll(context);
      return outcome.ok ? { __typename: "MfaEnrolment", ...outcome.value } : toUserError(mfaEnrollErrors, outcome.error);
    },
    async mfaConfirm(_root: unknown, { input }: { input: { code: string } }, context: UsersContext) {
      const outcome = await mfaConfirm(context, input);
      return outcome.ok ? { __typename: "MfaEnabled", recoveryCodes: outcome.value, mfa: await mfaNow(context) } : toUserError(mfaConfirmErrors, outcome.error);
    },
    async mfaDisable(_root: unknown, _args: unknown, context: UsersContext) {
      const outcome = await mfaDisable(context);
      return outcome.ok ? { __typename: "MfaDisabled", mfa: await mfaNow(context) } : toUserError(mfaDisableErrors, outcome.error);
    },
    async recoveryCodesRenew(_root: unknown, _args: unknown, context: UsersContext) {
      const outcome = await recoveryCodesRenew(context);
      return outcome.ok ? { __typename: "RecoveryCodes", recoveryCodes: outcome.value } : toUserError(recoveryCodesRenewErrors, outcome.error);
    },
    async mfaVerify(_root: unknown, { input }: { input: { challenge: string; code?: string | null; recoveryCode?: string | null } }, context: UsersContext) {
      const outcome = await mfaVerify(context, input);
      return outcome.ok ? tokenPair(outcome.value) : toUserError(mfaVerifyErrors, outcome.error);
    },
    async stepUp(_root: unknown, { input }: { input: StepUpInput }, context: UsersContext) {
      const outcome = await stepUp(context, input);
      return outcome.ok ? tokenPair(outcome.value) : toUserError(stepUpErrors, outcome.error);
    },
  },
  User: {
    mfa: async ({ id }: User, _args: unknown, { loaders }: UsersContext) => mfaOf(await loaders.secondFactorByUser.load(id)),
  },
  TokenPair: {
    deviceToken: ({ user }: TokenPair, _args: unknown, { secrets, clocks }: UsersContext) => issueDeviceToken(secrets, user, clocks.wall.now()),
  },
};

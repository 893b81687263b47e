import type { Resolvers } from "#kit/subgraph.ts";
import { toUserError } from "#kit/userError.ts";
import { emailChange } from "../commands/credential/emailChange.ts";
import { emailChangeRequest } from "../commands/credential/emailChangeRequest.ts";
import { emailVerificationRequest } from "../commands/credential/emailVerificationRequest.ts";
import { emailVerify } from "../commands/credential/emailVerify.ts";
import { passwordChange } from "../commands/credential/passwordChange.ts";
import { passwordReset } from "../commands/credential/passwordReset.ts";
import { passwordResetRequest } from "../commands/credential/passwordResetRequest.ts";
import type { UsersContext } from "../context.ts";
import { emailChangeRequestErrors, emailTokenErrors, mailRequestErrors, passwordChangeErrors, passwordResetErrors, passwordResetRequestErrors } from "./errors/credential.ts";

interface Token { input: { token: string } }

export const credentialResolvers: Resolvers = {
  Mutation: {
    async emailVerificationRequest(_root: unknown, _args: unknown, context: UsersContext) {
      const outcome = await emailVerificationRequest(context);
      return outcome.ok ? { __typename: "EmailVerificationRequestSuccess", email: outcome.value } : toUserError(mailRequestErrors, outcome.error);
    },
    async emailVerify(_root: unknown, { input }: Token, context: UsersContext) {
      const outcome = await emailVerify(context, input.token);
      return outcome.ok ? { __typename: "EmailVerifySuccess", email: outcome.value } : toUserError(emailTokenErrors, outcome.error);
    },
    async passwordResetRequest(_root: unknown, { input }: { input: { email: string } }, context: UsersContext) {
      const outcome = await passwordResetRequest(context, input.email);
      return outcome.ok ? { __typename: "PasswordResetRequestSuccess", email: outcome.value } : toUserError(passwordResetRequestErrors, outcome.error);
    },
    async passwordReset(_root: unknown, { input }: { input: { token: string; password: string } }, context: UsersContext) {
      const outcome = await passwordReset(context, input);
      return outcome.ok ? { __typename: "PasswordResetSuccess", sessionsEnded: outcome.value } : toUserError(passwordResetErrors, outcome.error);
    },
    async passwordChange(_root: unknown, { input }: { input: { currentPassword: string; password: string; deviceToken?: string | null } }, context: UsersContext) {
      const outcome = await passwordChange(context, input);
      return outcome.ok ? { __typename: "PasswordChangeSuccess", sessionsEnded: outcome.value } : toUserError(passwordChangeErrors, outcome.error);
    },
    async emailChangeRequest(_root: unknown, { input }: { input: { email: string } }, context: UsersContext) {
      const outcome = await emailChangeRequest(context, input.email);
      return outcome.ok ? { __typename: "EmailChangeRequestSuccess", email: outcome.value } : toUserError(emailChangeRequestErrors, outcome.error);
    },
    async emailChange(_root: unknown, { input }: Token, context: UsersContext) {
      const outcome = await emailChange(context, input.token);
      return outcome.ok ? { __typename: "EmailChangeSuccess", email: outcome.value } : toUserError(emailTokenErrors, outcome.error);
    },
  },
};

import type { Renderers } from "#kit/userError.ts";
import type { IdentityLinkRefusal } from "../../commands/identity/identityLink.ts";
import type { IdentityLoginCompleteRefusal } from "../../commands/identity/identityLoginComplete.ts";
import type { IdentityLoginStartRefusal } from "../../commands/identity/identityLoginStart.ts";
import type { IdentityUnlinkRefusal } from "../../commands/identity/identityUnlink.ts";
import type { ShowIdentityRefusal } from "../../commands/identity/showIdentity.ts";
import { emailNotVerified, mfaRequired, stepUpRequired } from "./mfa.ts";
import { rateLimited } from "./rateLimited.ts";

const unavailable = ({ retryAfterSeconds }: { retryAfterSeconds: number }) => ({
  message: `The identity provider does not answer: begin again in ${retryAfterSeconds} seconds.`,
  fields: { retryAfterSeconds },
});

const START = {
  REDIRECT: { message: "Providers do not send anybody to this address: leave redirectUri out, or have the address allowed in the shop's settings.", path: ["input", "redirectUri"] },
  GUEST: { message: "An identity is linked to the account that is logged in: log in first, or leave link out.", path: ["input", "link"] },
} as const;

export const identityLoginStartErrors: Renderers<IdentityLoginStartRefusal> = {
  UNKNOWN_IDENTITY_PROVIDER: () => ({ message: "There is no such identity provider: see identityProviders.", path: ["input", "provider"] }),
  INVALID_VALUE: ({ why }) => START[why],
  EMAIL_NOT_VERIFIED: emailNotVerified,
  STEP_UP_REQUIRED: stepUpRequired,
  IDENTITY_PROVIDER_UNAVAILABLE: unavailable,
  RATE_LIMITED: rateLimited,
};

const shown: Renderers<ShowIdentityRefusal> = {
  INVALID_IDENTITY_LOGIN: () => ({ message: "This login is over, was used, or was begun elsewhere: begin again with identityLoginStart.", path: ["input"] }),
  IDENTITY_REFUSED: () => ({ message: "What came back from the identity provider does not let in: begin again with identityLoginStart.", path: ["input", "code"] }),
  IDENTITY_PROVIDER_UNAVAILABLE: unavailable,
};

export const identityLoginCompleteErrors: Renderers<IdentityLoginCompleteRefusal> = { ...shown, MFA_REQUIRED: mfaRequired };

export const identityLinkErrors: Renderers<IdentityLinkRefusal> = {
  ...shown,
  EMAIL_NOT_VERIFIED: emailNotVerified,
  IDENTITY_TAKEN: () => ({ message: "This identity is the way into another account: log in there by it, take it away, then link it here." }),
  TOO_MANY_IDENTITIES: ({ most }) => ({ message: `An account has at most ${most} identities: take one away first.` }),
};

export const identityUnlinkErrors: Renderers<IdentityUnlinkRefusal> = {
  IDENTITY_NOT_FOUND: () => ({ message: "There is no such identity.", path: ["input", "id"] }),
  LAST_WAY_IN: () => ({ message: "This is the only way into the account: set a password or link another identity first.", path: ["input", "id"] }),
  STEP_UP_REQUIRED: stepUpRequired,
};

import { err, ok, type Result } from "#schema/values/result.ts";
import type { UsersContext } from "../../context.ts";
import { IDENTITY_FLOW_MS } from "../../domain/identity.ts";
import { requireStepUp, type StepUpRequired } from "../../domain/stepUp.ts";
import { type EmailNotVerified, requireProvenAddress } from "../../domain/user.ts";
import { newFlowKeys } from "../../ports/identityFlow.ts";
import { ProviderUnavailable } from "../../ports/identityProviders.ts";
import { insertIdentityFlow } from "../../queries/identityFlows.ts";
import { listUsersByIds } from "../../queries/users.ts";
import { admitAttempt, type RateLimited } from "../admitAttempt.ts";

export interface IdentityLoginStartInput {
  provider: string;
  redirectUri?: string | null;
  link?: boolean | null;
  reauthenticate?: boolean | null;
}

export interface StartedLogin {
  authorizationUrl: string;
  state: string;
  secret: string;
  expiresAt: Date;
}

export interface ProviderAway {
  code: "IDENTITY_PROVIDER_UNAVAILABLE";
  retryAfterSeconds: number;
}

export type IdentityLoginStartRefusal =
  | { code: "UNKNOWN_IDENTITY_PROVIDER" }
  | { code: "INVALID_VALUE"; why: "REDIRECT" | "GUEST" }
  | EmailNotVerified | StepUpRequired | RateLimited | ProviderAway;

export const PROVIDER_RETRY_SECONDS = 5;

/** Begins a login at a provider, or the linking of one to the viewer's account. What it hangs on is handed out here and stored as hashes. */
export async function identityLoginStart(context: UsersContext, input: IdentityLoginStartInput): Promise<Result<StartedLogin, IdentityLoginStartRefusal>> {
  const { db, clocks, secrets, viewer, identity, log, client, requestId } = context;
  const provider = identity.providers.get(input.provider);
  if (!provider) return err({ code: "UNKNOWN_IDENTITY_PROVIDER" });
  const own = `${identity.callbackBase}${provider.name}`;
  const redirectUri = input.redirectUri ?? own;
  if (redirectUri !== own && !identity.redirectUris.includes(redirectUri)) return err({ code: "INVALID_VALUE", why: "REDIRECT" });
  if (input.link === true) {
    if (viewer.userId === null) return err({ code: "INVALID_VALUE", why: "GUEST" });
    const stepUp = requireStepUp(viewer, clocks);
    if (stepUp) return err(stepUp);
    const unproven = requireProvenAddress((await listUsersByIds(db, [viewer.userId]))[0]);
    if (unproven) return err(unproven);
  }
  // Each writes a row and sends somebody out: an address that begins many is slowed down. Where none is known, the measure of the shop is all there is.
  const attempt = await admitAttempt(context, "identityStart", client?.ip ?? requestId);
  if (attempt.refusal) return err(attempt.refusal);
  const keys = newFlowKeys(secrets);
  const at = clocks.wall.now();
  const expiresAt = new Date(at.getTime() + IDENTITY_FLOW_MS);
  try {
    const authorizationUrl = await provider.authorizationUrl({ redirectUri, ...keys }, { again: input.reauthenticate === true });
    await insertIdentityFlow(db, { ...keys, provider: provider.name, redirectUri, userId: input.link === true ? viewer.userId : null, at, expiresAt });
    return ok({ authorizationUrl, state: keys.state, secret: keys.secret, expiresAt });
  } catch (error) {
    if (!(error instanceof ProviderUnavailable)) throw error;
    log.warn({ provider: provider.name, reason: error.message }, "an identity provider does not answer");
    return err({ code: "IDENTITY_PROVIDER_UNAVAILABLE", retryAfterSeconds: PROVIDER_RETRY_SECONDS });
  }
}

import { err, ok, type Result } from "#schema/values/result.ts";
import type { UsersContext } from "../../context.ts";
import { type Claimed, type NewIdentity, readClaimed } from "../../domain/identity.ts";
import { readFlowKeys } from "../../ports/identityFlow.ts";
import { IdentityNotShown, ProviderUnavailable } from "../../ports/identityProviders.ts";
import { useIdentityFlow } from "../../queries/identityFlows.ts";
import { PROVIDER_RETRY_SECONDS, type ProviderAway } from "./identityLoginStart.ts";

/** What a browser brings back from a provider, and the secret it was given before. */
export interface IdentityAnswer {
  state: string;
  code: string;
  iss?: string | null;
  secret: string;
}

export interface Shown {
  readonly identity: NewIdentity;
  readonly claimed: Claimed;
  /** When the person last showed the provider who they are; undefined where it does not say. */
  readonly authenticatedAt: Date | undefined;
}

export type ShowIdentityRefusal = { code: "INVALID_IDENTITY_LOGIN" } | { code: "IDENTITY_REFUSED" } | ProviderAway;

const MAX_CODE = 4_000;
const MAX_ISSUER = 500;

/**
 * Who stands behind an answer of a provider. It is good once: the login is used up before the provider is asked, so of two who bring
 * the same answer one gets to ask. `userId` is whose account the login was begun to link to; null for a login.
 */
export async function showIdentity({ db, clocks, secrets, identity, log }: UsersContext, answer: IdentityAnswer, userId: string | null): Promise<Result<Shown, ShowIdentityRefusal>> {
  const keys = readFlowKeys(secrets, answer.state, answer.secret);
  if (!keys || answer.code === "" || answer.code.length > MAX_CODE || (answer.iss ?? "").length > MAX_ISSUER) return err({ code: "INVALID_IDENTITY_LOGIN" });
  const flow = await useIdentityFlow(db, { ...keys, userId }, clocks.wall.now());
  const provider = flow && identity.providers.get(flow.provider);
  if (!provider) return err({ code: "INVALID_IDENTITY_LOGIN" });
  try {
    const shown = await provider.redeem({ redirectUri: flow.redirectUri, ...keys }, { code: answer.code, iss: answer.iss ?? undefined });
    const claimed = readClaimed(shown);
    return ok({ identity: { issuer: shown.issuer, subject: shown.subject, provider: provider.name, email: claimed.email }, claimed, authenticatedAt: shown.authenticatedAt });
  } catch (error) {
    if (error instanceof IdentityNotShown) {
      log.warn({ provider: provider.name, reason: error.message }, "an answer of an identity provider was refused");
      return err({ code: "IDENTITY_REFUSED" });
    }
    if (!(error instanceof ProviderUnavailable)) throw error;
    log.warn({ provider: provider.name, reason: error.message }, "an identity provider does not answer");
    return err({ code: "IDENTITY_PROVIDER_UNAVAILABLE", retryAfterSeconds: PROVIDER_RETRY_SECONDS });
  }
}

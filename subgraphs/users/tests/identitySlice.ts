import { randomBytes } from "node:crypto";
import { exportJWK, generateKeyPair, jwtVerify } from "jose";
import { afterAll, expect } from "vitest";
import { ACCESS_TOKEN, viewerFromClaims } from "#kit/claims.ts";
import { subgraphExecutor } from "#kit/execute.ts";
import { type Answer, person } from "#kit/testing/graphOf.ts";
import { useSlice } from "#kit/testing/sliceTest.ts";
import type { Viewer } from "#kit/viewer.ts";
import { wallClock } from "#platform/clock.ts";
import { type Log, silentLog } from "#platform/log.ts";
import { createUsersSubgraph } from "../subgraph.ts";
import { type ProviderAccount, startTestProvider, type TestProvider } from "./testProvider.ts";

const ERROR = "... on UserError { code message path }";
const PAIR = "... on TokenPair { accessToken refreshToken session { methods authenticatedAt } user { id email displayName roles identities { id provider issuer email } } }";
const START = `mutation ($input: IdentityLoginStartInput!) { answer: identityLoginStart(input: $input) { __typename ... on IdentityLoginStarted { authorizationUrl state secret expiresAt } ${ERROR} ... on IdentityProviderUnavailable { retryAfterSeconds } } }`;
const COMPLETE = `mutation ($input: IdentityAnswerInput!) { answer: identityLoginComplete(input: $input) { __typename ${PAIR} ... on MfaRequired { challenge methods } ${ERROR} } }`;
export const LINK = `mutation ($input: IdentityAnswerInput!) { answer: identityLink(input: $input) { __typename ... on IdentityLinked { identity { id provider email } } ${ERROR} } }`;
export const UNLINK = `mutation ($id: ID!) { answer: identityUnlink(input: { id: $id }) { __typename ... on IdentityUnlinked { identities { id } } ${ERROR} } }`;

export const CALLBACK = "http://localhost:4000/identity/callback/";
export const FRONTEND = "http://localhost:3000/back";
export const INVALID = { __typename: "InvalidIdentityLogin", code: "INVALID_IDENTITY_LOGIN" };
export const REFUSED = { __typename: "IdentityRefused", code: "IDENTITY_REFUSED" };

/** What a browser brings back from a provider. */
export interface Back { state: string; code: string; iss?: string; secret: string }

/** A viewer who has just shown who they are. */
export const fresh = (userId: string, more: Partial<Viewer> = {}): Viewer => ({ ...person(userId), authenticatedAt: Math.floor(Date.now() / 1000), ...more });

/** The users slice with two real identity providers, for the calling test file. Their tokens are of this very time, so the slice's wall clock is the real one. */
export async function useIdentitySlice() {
  const keys = await generateKeyPair(ACCESS_TOKEN.algorithm, { extractable: true });
  const accounts = new Map<string, ProviderAccount>([["ann", { email: "Ann@Provider.test", email_verified: true, name: "Ann of Blue" }]]);
  const blue = await startTestProvider("blue", [`${CALLBACK}blue`, FRONTEND], accounts);
  const red = await startTestProvider("red", [`${CALLBACK}red`], accounts);
  const logged: unknown[] = [];
  const log: Log = { ...silentLog, warn: (...told: unknown[]) => { logged.push(told); }, error: (...told: unknown[]) => { logged.push(told); } } as Log;
  const slice = useSlice("martgraph_users", async (deps) => createUsersSubgraph({
    ...deps, log, clocks: { ...deps.clocks, wall: wallClock }, tokenKey: { privateJwk: await exportJWK(keys.privateKey) }, dataKey: randomBytes(32).toString("base64url"),
    identity: { providers: [blue.settings, red.settings], callbackBase: CALLBACK, redirectUris: [FRONTEND] },
  }));
  afterAll(() => Promise.all([blue.close(), red.close()]));

  const run = async (viewer: Viewer | undefined, source: string, variables?: Record<string, unknown>): Promise<Answer> => {
    const { data, errors } = await (viewer ? slice.graph.as(viewer) : slice.graph).run(source, variables);
    expect(errors ?? []).toEqual([]);
    return data["answer"] as Answer;
  };
  const start = (input: object = {}, viewer?: Viewer) => run(viewer, START, { input: { provider: "blue", ...input } });
  /** Goes to the provider, logs in there and comes back. */
  async function goAndComeBack(account: string, { provider = blue, input = {}, viewer }: { provider?: TestProvider; input?: object; viewer?: Viewer } = {}): Promise<Back> {
    const begun = await start({ provider: provider.settings.name, ...input }, viewer);
    expect(begun["__typename"]).toBe("IdentityLoginStarted");
    const { searchParams } = await provider.authorize(begun["authorizationUrl"] as string, account);
    return { state: searchParams.get("state") as string, code: searchParams.get("code") as string, iss: searchParams.get("iss") as string, secret: begun["secret"] as string };
  }
  const complete = (back: object) => run(undefined, COMPLETE, { input: back });
  return {
    slice, blue, red, accounts, logged, run, start, goAndComeBack, complete,
    login: async (account: string, provider = blue): Promise<Answer> => complete(await goAndComeBack(account, { provider })),
    /** Begins a login from a network address. */
    async startFrom(ip: string): Promise<Answer> {
      const { data } = await subgraphExecutor(slice.subgraph, silentLog)({ query: START, variables: { input: { provider: "blue" } }, request: { viewer: { userId: null, roles: [], vendorIds: [] }, requestId: "from", signal: new AbortController().signal, client: { ip } } });
      return (data as Answer)["answer"] as Answer;
    },
    async viewerOf({ accessToken }: Answer): Promise<Viewer> {
      const viewer = viewerFromClaims((await jwtVerify(accessToken as string, keys.publicKey)).payload);
      if (!viewer) throw new Error("the token speaks of nobody");
      return viewer;
    },
    countOf: async (table: "users" | "identities" | "sessions"): Promise<number> => Number((await slice.owner.raw(`select count(*) as n from users.${table}`)).rows[0]?.["n"]),
  };
}

import { exportJWK, generateKeyPair, jwtVerify } from "jose";
import { randomBytes } from "node:crypto";
import { ACCESS_TOKEN, viewerFromClaims } from "#kit/claims.ts";
import type { Answer } from "#kit/testing/graphOf.ts";
import { useSlice } from "#kit/testing/sliceTest.ts";
import { NOW, testClocks } from "#kit/testing/testClocks.ts";
import type { Viewer } from "#kit/viewer.ts";
import { createUsersSubgraph } from "../subgraph.ts";

const keys = await generateKeyPair(ACCESS_TOKEN.algorithm, { extractable: true });
const tokenKey = { privateJwk: await exportJWK(keys.privateKey) };

export const PAIR = "accessToken expiresAt refreshToken refreshExpiresAt session { id device ip methods authenticatedAt createdAt lastSeenAt expiresAt current } user { id email }";
export const REFRESH = `mutation ($token: String!) { tokenRefresh(input: { refreshToken: $token }) { __typename ... on TokenPair { ${PAIR} } ... on UserError { code message path } } }`;

/** The users slice with a wall clock that a test can put forward, for the calling test file. */
export function useUsersSlice() {
  const clock = { at: NOW.wall, now: () => new Date(clock.at) };
  const slice = useSlice("martgraph_users", (deps) => createUsersSubgraph({ ...deps, tokenKey, dataKey: randomBytes(32).toString("base64url"), clocks: { business: testClocks.business, wall: clock } }));
  return {
    slice,
    /** Puts the wall clock forward. */
    pass: (seconds: number) => { clock.at = new Date(clock.at.getTime() + seconds * 1000); },
    now: () => clock.at,
    /** Who an access token speaks of, as a gateway would say. */
    async viewerOf({ accessToken }: Answer): Promise<Viewer> {
      const { payload } = await jwtVerify(accessToken as string, keys.publicKey, { typ: ACCESS_TOKEN.typ, issuer: ACCESS_TOKEN.issuer, audience: ACCESS_TOKEN.audience, currentDate: clock.at });
      const viewer = viewerFromClaims(payload);
      if (!viewer) throw new Error("the token speaks of nobody");
      return viewer;
    },
    /** A new account's first pair. */
    async register(email: string, password = "correct horse battery"): Promise<Answer> {
      const answer = await slice.graph.run(`mutation ($input: RegisterInput!) { register(input: $input) { __typename ... on TokenPair { ${PAIR} } ... on UserError { code } } }`, { input: { email, password } });
      return answer.data["register"] as Answer;
    },
    async login(email: string, password = "correct horse battery"): Promise<Answer> {
      const answer = await slice.graph.run(`mutation ($input: LoginInput!) { login(input: $input) { __typename ... on TokenPair { ${PAIR} } ... on UserError { code } } }`, { input: { email, password } });
      return answer.data["login"] as Answer;
    },
    async refresh(token: string): Promise<Answer> {
      return (await slice.graph.run(REFRESH, { token })).data["tokenRefresh"] as Answer;
    },
  };
}

import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { fillSmallShop, SMALL_SHOP } from "#kit/testing/smallShop.ts";
import { Database } from "#platform/db/database.ts";
import { useTestDatabases } from "#platform/testing/testDatabase.ts";
import { type Data, serveTestGraph, type ServedGraph, type Shape } from "./servedGraph.ts";

const SHAPES: readonly Shape[] = ["one process", "six processes"];
const PAIR = "__typename ... on TokenPair { accessToken refreshToken session { id device ip } user { id } } ... on UserError { code message }";

/** Sessions as a browser lives them, through the gateway in both shapes, without a cache server. */
describe.each(SHAPES)("sessions in %s", (shape) => {
  const databases = useTestDatabases({ shop: true, warehouse: true });
  let graph: ServedGraph;
  let owner: Database;
  beforeAll(async () => {
    owner = Database.open({ ...databases.shop.config, max: 2 });
    await fillSmallShop(owner);
    graph = await serveTestGraph(shape, databases.shop, databases.warehouse);
  });
  afterAll(async () => {
    await graph?.close();
    await owner?.close();
  });

  async function ask(query: string, variables: object = {}, token?: string): Promise<{ status: number; body: Data }> {
    const response = await fetch(`${graph.url}/graphql`, {
      method: "POST", body: JSON.stringify({ query, variables }),
      headers: { "content-type": "application/json", "user-agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "x-forwarded-for": "198.51.100.7", ...(token ? { authorization: `Bearer ${token}` } : {}) },
    });
    return { status: response.status, body: (await response.json()) as Data };
  }
  const open = async (email: string): Promise<Data> =>
    (await ask(`mutation ($input: RegisterInput!) { register(input: $input) { ${PAIR} } }`, { input: { email, password: "correct horse battery" } })).body["data"].register;
  const me = (token: string) => ask("{ me { id } sessions { id current } }", {}, token);
  /** Resolves once the token is refused. Within a second it is, as gateway/tests/sessionWatch.test.ts proves on a clock of its own. */
  async function untilRefused(token: string): Promise<void> {
    for (let attempt = 0; attempt < 500; attempt += 1) {
      const { status, body } = await me(token);
      if (status === 401) {
        expect(body["errors"][0]).toMatchObject({ message: "The session has ended: log in again.", extensions: { code: "UNAUTHENTICATED" } });
        return;
      }
      await sleep(20);
    }
    throw new Error("the token is still believed");
  }

  test("a session knows its device and address; the address that a client claims is not believed", async () => {
    const pair = await open("device@example.test");
    expect(pair).toMatchObject({ __typename: "TokenPair", session: { device: "Firefox on Linux", ip: "127.0.0.1" } });
    expect((await me(pair["accessToken"])).body["data"]).toEqual({ me: { id: pair["user"].id }, sessions: [{ id: pair["session"].id, current: true }] });
  });

  test("an access token is refused soon after logout, revocation, reuse of a refresh token and a void, and other sessions live", async () => {
    const kept = await open("kept@example.test");
    const out = await open("out@example.test");
    await me(out["accessToken"]);
    await ask("mutation { logout { __typename } }", {}, out["accessToken"]);
    await untilRefused(out["accessToken"]);

    const revoked = await open("revoked@example.test");
    await ask("mutation { sessionRevoke(input: { all: true }) { __typename } }", {}, revoked["accessToken"]);
    await untilRefused(revoked["accessToken"]);

    let stolen = await open("stolen@example.test");
    const first = stolen["refreshToken"];
    const refresh = async (token: string) => (await ask(`mutation ($token: String!) { tokenRefresh(input: { refreshToken: $token }) { ${PAIR} } }`, { token })).body["data"].tokenRefresh;
    stolen = await refresh(first);
    stolen = await refresh(stolen["refreshToken"]);
    expect((await me(stolen["accessToken"])).status).toBe(200);
    expect(await refresh(first)).toMatchObject({ code: "INVALID_REFRESH_TOKEN" });
    await untilRefused(stolen["accessToken"]);

    const voided = await graph.tokenFor(SMALL_SHOP.bob, ["CUSTOMER"]);
    expect((await me(voided)).status).toBe(200);
    await owner.raw("update users.users set tokens_void_before = clock_timestamp() where id = $1", [SMALL_SHOP.bob]);
    await untilRefused(voided);

    expect((await me(kept["accessToken"])).status).toBe(200);
  });
});

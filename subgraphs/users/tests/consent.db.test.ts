import { exportJWK, generateKeyPair } from "jose";
import { beforeEach, describe, expect, test } from "vitest";
import { ACCESS_TOKEN } from "#kit/claims.ts";
import { person } from "#kit/testing/graphOf.ts";
import { useSlice } from "#kit/testing/sliceTest.ts";
import { SMALL_SHOP } from "#kit/testing/smallShop.ts";
import { NOW } from "#kit/testing/testClocks.ts";
import { encodeId } from "#schema/values/ids.ts";
import { createUsersSubgraph } from "../subgraph.ts";

const keys = await generateKeyPair(ACCESS_TOKEN.algorithm, { extractable: true });
const tokenKey = { privateJwk: await exportJWK(keys.privateKey) };
const slice = useSlice("martgraph_users", (deps) => createUsersSubgraph({ ...deps, tokenKey, dataKey: "0".repeat(43) }));

const SET = `mutation ($input: ConsentSetInput!) { result: consentSet(input: $input) { __typename ... on ConsentSetSuccess { consent { purpose granted decidedAt source textVersion } } ... on UserError { code path } } }`;
const MINE = `query ($id: ID!, $first: Int, $after: String) { user(id: $id) { consents { purpose granted decidedAt source textVersion }
  consentHistory(first: $first, after: $after) { nodes { id purpose granted textVersion } pageInfo { hasNextPage endCursor } } } }`;
const ada = person(SMALL_SHOP.ada);
const adaId = encodeId("usr", SMALL_SHOP.ada);
const set = async (input: object, viewer = ada) => {
  const { data, errors } = await slice.graph.as(viewer).run(SET, { input: { purpose: "ANALYTICS", granted: true, textVersion: "2026-03", ...input } });
  return errors ? { errors } : data["result"];
};
const look = (viewer = ada, args: object = {}) => slice.graph.as(viewer).run(MINE, { id: adaId, first: 20, ...args });

beforeEach(() => slice.owner.raw("delete from users.consents"));

describe("consentSet", () => {
  test("ConsentSetSuccess: silence is no agreement; the latest answer holds, all are kept", async () => {
    expect((await look()).data["user"].consents).toEqual(["MARKETING_EMAIL", "PERSONALISATION", "ANALYTICS", "THIRD_PARTIES"].map((purpose) => ({ purpose, granted: false, decidedAt: null, source: null, textVersion: null })));
    expect(await set({})).toEqual({ __typename: "ConsentSetSuccess", consent: { purpose: "ANALYTICS", granted: true, decidedAt: NOW.business.toISOString(), source: "ACCOUNT", textVersion: "2026-03" } });
    await set({ purpose: "MARKETING_EMAIL", source: "BANNER" });
    await set({ granted: false });
    const { consents, consentHistory } = (await look()).data["user"];
    expect(consents.filter((one: { granted: boolean }) => one.granted)).toEqual([{ purpose: "MARKETING_EMAIL", granted: true, decidedAt: NOW.business.toISOString(), source: "BANNER", textVersion: "2026-03" }]);
    expect(consentHistory.nodes.map((one: { purpose: string; granted: boolean }) => [one.purpose, one.granted])).toEqual([["ANALYTICS", false], ["MARKETING_EMAIL", true], ["ANALYTICS", true]]);
  });

  test("ConsentSetSuccess: the same answer is written once, also by many at once", async () => {
    const answers = await Promise.all(Array.from({ length: 8 }, () => set({})));
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect((await look()).data["user"].consentHistory.nodes).toHaveLength(1);
    await set({ textVersion: "2026-04" });
    expect((await look()).data["user"].consentHistory.nodes).toHaveLength(2);
  });

  test.each([["textVersion", ""], ["textVersion", "x".repeat(51)], ["textVersion", "a b"], ["textVersion", "v1\u0000"], ["source", "IMPORT"]])(
    "InvalidValue: %s %j", async (field, value) => expect(await set({ [field]: value })).toMatchObject({ __typename: "InvalidValue", path: ["input", field] }));

  test("a guest and somebody whose account is gone are told to log in", async () => {
    expect((await slice.graph.run(SET, { input: { purpose: "ANALYTICS", granted: true, textVersion: "1" } })).errors?.[0]?.extensions).toMatchObject({ code: "UNAUTHENTICATED" });
    expect((await set({}, person("01900001-0000-7000-8000-00000000ffff"))).errors[0].extensions).toMatchObject({ code: "UNAUTHENTICATED" });
  });

  test("an answer cannot be changed or taken back by the slice that writes it", async () => {
    await set({});
    await expect(slice.db.raw("update users.consents set is_granted = false")).rejects.toThrow("permission denied");
    await expect(slice.db.raw("delete from users.consents")).rejects.toThrow("permission denied");
  });
});

test("who sees consents: the person and who may see personal data; pages", async () => {
  for (const granted of [true, false, true]) await set({ granted });
  const page = (await look(ada, { first: 2 })).data["user"].consentHistory;
  expect(page).toMatchObject({ nodes: [{ granted: true }, { granted: false }], pageInfo: { hasNextPage: true } });
  expect((await look(ada, { after: page.pageInfo.endCursor })).data["user"].consentHistory.nodes).toHaveLength(1);
  expect((await look(person(SMALL_SHOP.sam, "SUPPORT"))).data["user"].consents).toHaveLength(4);
  expect((await look(person(SMALL_SHOP.sam, "ANALYST"))).data["user"]).toEqual({ consents: null, consentHistory: null });
  expect((await look(person(SMALL_SHOP.bob))).data["user"]).toBeNull();
});

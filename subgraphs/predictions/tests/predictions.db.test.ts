import { beforeEach, describe, expect, test } from "vitest";
import { person } from "#kit/testing/graphOf.ts";
import { usePublishedSlice } from "#kit/testing/publishedSlice.ts";
import { GUEST, type Viewer } from "#kit/viewer.ts";
import { createWarehouseReader } from "#warehouse/reader.ts";
import { createPredictionsSubgraph } from "../subgraph.ts";
import { BATCHES, fillSmallBatches, productId, publishBatch, userId } from "./smallBatches.ts";

const slice = usePublishedSlice(fillSmallBatches, (db) => createPredictionsSubgraph({ reader: createWarehouseReader(db) }));
beforeEach(async () => publishBatch(slice.owner, BATCHES.first));

const admin = person(BATCHES.user(50), "ADMIN");
const LIST = "items { rank score product { id } } nodes { id } source modelVersion asOf";
const USERS = `query ($refs: [_Any!]!, $first: Int) { _entities(representations: $refs) { ... on User { id recommendations(first: $first) { ${LIST} } } } }`;
const CHURN = "query ($refs: [_Any!]!) { _entities(representations: $refs) { ... on User { churnRisk { probability segment asOf source modelVersion } } } }";
const PRODUCTS = `query ($refs: [_Any!]!, $first: Int) { _entities(representations: $refs) { ... on Product { id similar(first: $first) { ${LIST} } } } }`;

const users = (...numbers: number[]) => numbers.map((n) => ({ __typename: "User", id: userId(n) }));
const products = (...numbers: number[]) => numbers.map((n) => ({ __typename: "Product", id: productId(n) }));

interface Answer {
  nodes: { id: string }[];
  items: object[];
}

/** The entities' answers, any error a failure. */
async function ask(query: string, refs: readonly object[], variables: object = {}, viewer: Viewer = admin) {
  const { data, errors, statements } = await slice.graph.as(viewer).run(query, { refs, ...variables });
  expect(errors).toBeUndefined();
  const field = query === CHURN ? "churnRisk" : query === USERS ? "recommendations" : "similar";
  return { answers: (data["_entities"] as Record<string, Answer>[]).map((one) => one[field] as Answer), statements };
}
const names = (list: Answer | undefined) => list?.nodes.map((node) => node.id);

describe("recommendations", () => {
  test("of the model, best first, with their scores and where they come from", async () => {
    expect((await ask(USERS, users(1))).answers).toEqual([{
      items: [1, 2, 3].map((n) => ({ rank: n, score: expect.closeTo(1 - (n - 1) / 10), product: { id: productId(n) } })),
      nodes: [1, 2, 3].map((n) => ({ id: productId(n) })),
      source: "MODEL", modelVersion: "recommendations@7", asOf: BATCHES.asOf,
    }]);
  });

  test("as many as asked for; a short list is not filled up with popular ones", async () => {
    expect(names((await ask(USERS, users(1), { first: 2 })).answers[0])).toEqual([productId(1), productId(2)]);
    expect((await ask(USERS, users(1), { first: 50 })).answers[0]?.items).toHaveLength(3);
  });

  test("for somebody new are the popular products, said to be so", async () => {
    expect((await ask(USERS, users(99), { first: 3 })).answers).toEqual([{
      items: [9, 1, 2].map((n, index) => ({ rank: index + 1, score: null, product: { id: productId(n) } })),
      nodes: [9, 1, 2].map((n) => ({ id: productId(n) })),
      source: "FALLBACK", modelVersion: null, asOf: BATCHES.asOf,
    }]);
  });

  test("an empty list of the model is none", async () => {
    await publishBatch(slice.owner, BATCHES.second);
    expect((await ask(USERS, users(2))).answers).toMatchObject([{ source: "FALLBACK", modelVersion: null, items: [{ rank: 1 }, {}, {}, {}] }]);
  });

  test.each([0, 51, -1])("first: %i is refused", async (first) => {
    const { errors } = await slice.graph.as(admin).run(USERS, { refs: users(1), first });
    expect(errors?.[0]).toMatchObject({ message: expect.stringContaining("between 1 and 50"), extensions: { code: "BAD_USER_INPUT", argumentPath: ["first"] } });
  });
});

describe("churnRisk", () => {
  test("of the model, in numbers and words", async () => {
    expect((await ask(CHURN, users(1, 2, 3))).answers).toEqual([[0.1, "LOW"], [0.5, "MEDIUM"], [0.9, "HIGH"]].map(([probability, segment]) => ({ probability, segment, asOf: BATCHES.asOf, source: "MODEL", modelVersion: "churn@3" })));
  });

  test("of somebody new is no number", async () => {
    expect((await ask(CHURN, users(99))).answers).toEqual([{ probability: null, segment: null, asOf: BATCHES.asOf, source: "FALLBACK", modelVersion: null }]);
  });
});

describe("similar", () => {
  test("of the model, for guests too; a product is never similar to itself, and the list does not get shorter by it", async () => {
    const { answers } = await ask(PRODUCTS, products(1), { first: 2 }, GUEST);
    expect(answers).toMatchObject([{ items: [{ rank: 1, product: { id: productId(2) } }, { rank: 2, product: { id: productId(3) } }], source: "MODEL", modelVersion: "recommendations@7" }]);
  });

  test("of a product without history are the popular ones, itself excepted", async () => {
    expect(names((await ask(PRODUCTS, products(99))).answers[0])).toEqual([9, 1, 2, 8].map(productId));
    const { answers } = await ask(PRODUCTS, products(8, 9));
    expect(answers.map(names)).toEqual([[9, 1, 2].map(productId), [1, 2, 8].map(productId)]);
    expect(answers).toMatchObject([{ source: "FALLBACK" }, { source: "FALLBACK", items: [{ rank: 1, score: null }, { rank: 2 }, { rank: 3 }] }]);
  });
});

describe("without a model", () => {
  test("popular products stand in for everybody, and nobody's churn is known", async () => {
    await publishBatch(slice.owner, BATCHES.unmodelled);
    expect((await ask(USERS, users(1))).answers).toMatchObject([{ source: "FALLBACK", modelVersion: null, asOf: BATCHES.asOf, items: [{ product: { id: productId(9) } }, {}, {}, {}] }]);
    expect((await ask(PRODUCTS, products(1))).answers.map(names)).toEqual([[9, 2, 8].map(productId)]);
    expect((await ask(CHURN, users(1))).answers).toMatchObject([{ source: "FALLBACK", probability: null }]);
  });

  test.each([["a build without predictions", null], ["a batch that is not there", "0192ffff-0000-7000-8000-000000000000"]])("%s gives empty lists, no error", async (_what, batch) => {
    await publishBatch(slice.owner, batch);
    const nothing = { items: [], nodes: [], source: "FALLBACK", modelVersion: null, asOf: null };
    expect((await ask(USERS, users(1))).answers).toEqual([nothing]);
    expect((await ask(PRODUCTS, products(1))).answers).toEqual([nothing]);
    expect((await ask(CHURN, users(1))).answers).toEqual([{ probability: null, segment: null, asOf: null, source: "FALLBACK", modelVersion: null }]);
  });

  test("nor is it one before the first build", async () => {
    await slice.owner.raw("delete from ops.pointer");
    await slice.subgraph.ready();
    expect((await ask(USERS, users(1))).answers).toMatchObject([{ items: [], source: "FALLBACK" }]);
  });
});

describe("statements", () => {
  const many = Array.from({ length: 60 }, (_, index) => index + 1);

  /** A slice with an empty cache: each test takes keys that no other test asked for. */
  const unseen = (from: number) => many.map((n) => from + n);

  test("are one per kind for many users", async () => {
    const both = "query ($refs: [_Any!]!) { _entities(representations: $refs) { ... on User { recommendations { source } churnRisk { source } } } }";
    await ask(USERS, users(1_000));
    const { statements } = await slice.graph.as(admin).run(both, { refs: users(...unseen(2_000)) });
    expect(statements.toSorted()).toEqual(["predictions.churnByUsers", "predictions.recommendationsByUsers", "warehouse.readPointer"]);
  });

  test("are one for many products, one more for the popular ones of a new batch", async () => {
    const batch = "0192000a-0000-7000-8000-000000000001";
    await slice.owner.raw("insert into predictions.batch (id, as_of, recommendations_version, kind) values ($1, $2, 9, 'FULL')", [batch, BATCHES.asOf]);
    await slice.owner.raw("insert into predictions.popular_products values ($1, $2, '{1}')", [batch, [BATCHES.product(1)]]);
    await publishBatch(slice.owner, batch);
    const { statements } = await ask(PRODUCTS, products(...many));
    expect(statements.toSorted()).toEqual(["predictions.batchById", "predictions.popularProducts", "predictions.similarByProducts", "warehouse.readPointer"]);
  });

  test("are none but the pointer for what was asked before, known or unknown", async () => {
    await ask(USERS, users(1, 3_000));
    const { statements, answers } = await ask(USERS, users(3_000, 1));
    expect(statements).toEqual(["warehouse.readPointer"]);
    expect(answers).toMatchObject([{ source: "FALLBACK" }, { source: "MODEL" }]);
  });

  test("a new batch is seen at once, and an old one again", async () => {
    expect((await ask(USERS, users(1))).answers).toMatchObject([{ modelVersion: "recommendations@7", nodes: [{}, {}, {}] }]);
    await publishBatch(slice.owner, BATCHES.second);
    expect((await ask(USERS, users(1))).answers).toMatchObject([{ modelVersion: "recommendations@8", nodes: [{ id: productId(7) }] }]);
    expect((await ask(CHURN, users(1, 2))).answers).toMatchObject([{ modelVersion: "churn@4", probability: 0.2 }, { source: "FALLBACK" }]);
    await publishBatch(slice.owner, BATCHES.first);
    expect((await ask(USERS, users(1))).answers).toMatchObject([{ modelVersion: "recommendations@7" }]);
  });
});

describe("who may ask", () => {
  const codes = async (viewer: Viewer, query: string) => {
    const { data, errors } = await slice.graph.as(viewer).run(query, { refs: users(1, 2) });
    return { codes: errors?.map((error) => [error.path?.[1], error.extensions?.["code"]]) ?? [], entities: data["_entities"] as Record<string, unknown>[] };
  };

  test("recommendations: the person themselves, and not for a neighbour in the same request", async () => {
    const answer = await codes(person(BATCHES.user(1)), USERS);
    expect(answer.codes).toEqual([[1, "FORBIDDEN"]]);
    expect(answer.entities).toMatchObject([{ recommendations: { source: "MODEL" } }, { id: userId(2), recommendations: null }]);
  });

  test.each(["SUPPORT", "ANALYST", "ADMIN"] as const)("recommendations: %s for anybody", async (role) => {
    expect((await codes(person(BATCHES.user(50), role), USERS)).codes).toEqual([]);
  });

  test.each(["VENDOR", "SERVICE"] as const)("recommendations: not %s", async (role) => {
    expect((await codes(person(BATCHES.user(50), role), USERS)).codes).toEqual([[0, "FORBIDDEN"], [1, "FORBIDDEN"]]);
  });

  test.each(["ANALYST", "ADMIN"] as const)("churnRisk: %s", async (role) => {
    expect((await codes(person(BATCHES.user(50), role), CHURN)).codes).toEqual([]);
  });

  test.each(["CUSTOMER", "SUPPORT", "VENDOR", "SERVICE"] as const)("churnRisk: not %s, the person themselves neither", async (role) => {
    const answer = await codes(person(BATCHES.user(1), role), CHURN);
    expect(answer.codes).toEqual([[0, "FORBIDDEN"], [1, "FORBIDDEN"]]);
    expect(answer.entities).toEqual([{ churnRisk: null }, { churnRisk: null }]);
  });

  test("guests: similar alone", async () => {
    for (const query of [USERS, CHURN]) expect((await codes(GUEST, query)).codes).toEqual([[0, "UNAUTHENTICATED"], [1, "UNAUTHENTICATED"]]);
    await ask(PRODUCTS, products(1), {}, GUEST);
  });

  test("ids of another kind are nobody's", async () => {
    const refs = [{ __typename: "User", id: productId(1) }, { __typename: "User", id: "usr_1" }];
    expect((await slice.graph.as(person(BATCHES.user(1))).run(USERS, { refs })).errors).toHaveLength(2);
    expect((await ask(USERS, refs)).answers).toMatchObject([{ source: "FALLBACK" }, { source: "FALLBACK" }]);
  });
});

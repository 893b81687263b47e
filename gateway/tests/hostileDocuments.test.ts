import { readFileSync } from "node:fs";
import { buildSchema } from "graphql";
import { beforeAll, describe, expect, test } from "vitest";
import { GRAPH_FILES, readCommittedSupergraph } from "../compose.ts";
import { chooseOperation, documentStore } from "../documents.ts";
import type { DocumentStore } from "../documents.ts";
import { refusedAnswer } from "../errors.ts";
import { readExamples } from "../graphiql/examples.ts";
import { DEFAULT_LIMITS } from "../limits/limits.ts";
import { heavyDocuments, hostileDocuments } from "./fixtures/hostile.ts";
import { planner } from "./fixtures/planner.ts";

const CPU_MS = 100;
/** Planning what is allowed takes 100 ms at most on a quiet core; the rest is for a busy machine. */
const HEAVY_CPU_MS = 400;
const documents = hostileDocuments();

/** On the whole graph's schema, with the limits that are served. */
describe("hostile documents", () => {
  let store: DocumentStore;
  const refuse = (source: string): unknown => {
    try {
      const prepared = store.prepare(source);
      store.checkCost(chooseOperation(prepared, undefined), {});
      return undefined;
    } catch (error) {
      return error;
    }
  };
  beforeAll(() => {
    store = documentStore(buildSchema(readFileSync(GRAPH_FILES.api, "utf8")), DEFAULT_LIMITS);
    for (const example of readExamples()) store.prepare(example.query);
  });

  test.each(Object.keys(documents))(`%s: refused with a clear 4xx within ${CPU_MS} ms of CPU`, (name) => {
    const source = documents[name] ?? "";
    expect(source.length).toBeLessThanOrEqual(110_000);
    const before = process.cpuUsage();
    const error = refuse(source);
    const used = process.cpuUsage(before);
    const answer = refusedAnswer(error);
    expect(answer, String(error)).toBeDefined();
    expect(answer?.status).toBe(400);
    expect(answer?.errors.every(({ message }) => message.length > 10 && message.length < 120_000)).toBe(true);
    expect((used.user + used.system) / 1000).toBeLessThanOrEqual(CPU_MS);
  });

  test("the heaviest documents that pass are planned in bounded time", { timeout: 60_000 }, async () => {
    const plans = await planner(readCommittedSupergraph());
    for (const { query } of readExamples()) await plans.plan({ query, variables: "{}" }).catch(() => {});
    for (const [name, query] of Object.entries(heavyDocuments())) {
      expect(refuse(query), name).toBeUndefined();
      const before = process.cpuUsage();
      await plans.plan({ query, variables: "" });
      const used = process.cpuUsage(before);
      expect((used.user + used.system) / 1000, name).toBeLessThanOrEqual(HEAVY_CPU_MS);
    }
    await plans.stop();
  });

  test("the corpus is large enough to mean something", () => expect(Object.keys(documents).length).toBeGreaterThanOrEqual(65));

  test("the shop's own operations use at most three quarters of every limit", () => {
    const lower: Record<string, number> = {};
    for (const [name, value] of Object.entries(DEFAULT_LIMITS)) if (typeof value === "number") lower[name] = value * 0.75;
    // One guess is the least that lets anybody log in.
    lower["guesses"] = DEFAULT_LIMITS.guesses;
    const strict = documentStore(buildSchema(readFileSync(GRAPH_FILES.api, "utf8")), { ...DEFAULT_LIMITS, ...lower });
    for (const example of readExamples()) {
      const operation = chooseOperation(strict.prepare(example.query), undefined);
      strict.checkCost(operation, example.variables ? (JSON.parse(example.variables) as Record<string, unknown>) : {});
    }
  });
});

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readCommittedSupergraph } from "../compose.ts";
import { readExamples } from "../graphiql/examples.ts";
import { planner } from "./fixtures/planner.ts";

/**
 * How each operation of real clients is split over the subgraphs, as text for review. A change of a schema or of the planner
 * shows here before it shows in latency. `npx vitest run gateway/tests/plans.test.ts -u` writes them.
 */
describe("query plans of the client operations", () => {
  let plans: Awaited<ReturnType<typeof planner>>;
  beforeAll(async () => { plans = await planner(readCommittedSupergraph()); });
  afterAll(() => plans.stop());

  test.each(readExamples().map((example) => [example.name, example] as const))("%s", async (name, example) => {
    const plan = await plans.plan(example);
    expect(plan).toMatch(/^QueryPlan \{\n/);
    await expect(`${plan}\n`).toMatchFileSnapshot(`./plans/${name}.txt`);
    // Asking one subgraph twice for one place would be one round trip too many.
    const places = [...plan.matchAll(/Flatten\(path: "([^"]*)"\) \{\s+Fetch\(service: "([^"]*)"\)/g)].map(([, path, service]) => `${service} at ${path}`);
    expect(new Set(places).size).toBe(places.length);
  });

  test("the five-subgraph query asks all five, each place once, in at most four steps one after the other", async () => {
    const five = readExamples().find(({ name }) => name === "FiveSubgraphs");
    if (!five) throw new Error("there is no FiveSubgraphs.graphql");
    const plan = await plans.plan(five);
    expect(new Set([...plan.matchAll(/service: "(\w+)"/g)].map(([, service]) => service))).toEqual(new Set(["users", "catalog", "orders", "predictions", "analytics"]));
    expect((plan.match(/Fetch\(/g) ?? []).length).toBeLessThanOrEqual(9);
  });
});

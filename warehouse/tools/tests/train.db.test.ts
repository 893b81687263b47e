import { existsSync } from "node:fs";
import { beforeAll, describe, expect, test } from "vitest";
import { Database } from "#platform/db/database.ts";
import { loadModel, type ModelName } from "#platform/scoring/loadModel.ts";
import { useTestDatabases } from "#platform/testing/testDatabase.ts";
import { fillFeatureTables, makeFeatureTables, makePurchases } from "../../scoring/tests/featureTables.ts";
import { pythonExecutable } from "../python/pythonPath.ts";
import { trainModel, TrainingFailed, type TrainRequest, type TrainStep } from "../train.ts";

const databases = useTestDatabases({ warehouse: true });
const TODAY = "2026-01-01";
const MODELS: readonly ModelName[] = ["churn", "recommendations"];

beforeAll(async () => {
  if (!existsSync(pythonExecutable())) throw new Error("the Python environment is not there: run `npm start` or `npm test`, which make it");
  await using db = Database.open(databases.warehouse.config);
  await makeFeatureTables(db, "a");
  await fillFeatureTables(db, "a", { purchases: makePurchases({ customers: 700, products: 100, from: "2024-01-01", days: 731, seed: 7 }), products: 100, today: TODAY });
  await makeFeatureTables(db, "b");
  await fillFeatureTables(db, "b", { purchases: makePurchases({ customers: 15, products: 20, from: "2025-11-01", days: 60, seed: 3 }), products: 20, today: TODAY });
});

const request = (model: ModelName, over: Partial<TrainRequest> = {}): TrainRequest => ({
  model, warehouse: databases.warehouse.as("martgraph_builder"), schema: "features_a", asOf: new Date(`${TODAY}T00:00:00Z`), buildId: "build-1", seed: 5, ...over,
});

async function trained(model: ModelName, over: Partial<TrainRequest> = {}) {
  const result = await trainModel(request(model, over));
  if (result.outcome !== "TRAINED") throw new Error(result.message);
  return result;
}

describe.each(MODELS)("%s", (model) => {
  test("trains, and its artefact scores here as it did there", async () => {
    const steps: TrainStep[] = [];
    const { files, message, rows, served } = await trained(model, { onProgress: (step) => steps.push(step) });
    expect(steps.map((one) => one.step)).toEqual(expect.arrayContaining(["read", "test", "bootstrap", "fit", "write"]));
    expect(rows).toBeGreaterThan(1_000);
    expect(message).toContain("95 % interval");
    const metrics = JSON.parse(Buffer.from(files.get("metrics.json") as Uint8Array).toString()) as { served: string; periods: unknown[] };
    expect(metrics.served).toBe(served);
    expect(metrics.periods).toHaveLength(4);
    expect(loadModel(model, files).kind).toBe(model);
  });

  test("gives the same bytes for the same seed, other ones for another", async () => {
    const [first, second, other] = await Promise.all([trained(model), trained(model), trained(model, { seed: 6 })]);
    for (const [name, content] of first.files) expect(Buffer.compare(content, second.files.get(name) as Uint8Array), name).toBe(0);
    expect(Buffer.compare(first.files.get("manifest.json") as Uint8Array, other.files.get("manifest.json") as Uint8Array)).not.toBe(0);
  });

  test("says so where there is not enough history", async () => {
    const result = await trainModel(request(model, { schema: "features_b" }));
    expect(result.outcome).toBe("NOT_ENOUGH_HISTORY");
    expect(result.message).toMatch(/until there (is|are)/);
  });

  test("looks at nothing later than the as-of time", async () => {
    const result = await trainModel(request(model, { asOf: new Date("2024-01-20T00:00:00Z") }));
    expect(result.outcome).toBe("NOT_ENOUGH_HISTORY");
  });

  test("names what is wrong with the features, and a database that does not answer", async () => {
    await expect(trainModel(request(model, { schema: "features_none" }))).rejects.toThrow(/features_none.* does not exist/);
    const nowhere = { ...databases.warehouse.as("martgraph_builder"), host: "127.0.0.1", port: 21_199 };
    await expect(trainModel(request(model, { warehouse: nowhere }))).rejects.toThrow(/cannot be reached/);
  });
});

test("a column of another type is named before anything is trained", async () => {
  await using db = Database.open(databases.warehouse.config);
  await db.raw("alter table features_b.customer_churn_features alter column monetary type text, drop column max_gap_days");
  const failure = trainModel(request("churn", { schema: "features_b" }));
  await expect(failure).rejects.toThrow(TrainingFailed);
  await expect(failure).rejects.toThrow(/monetary is text, not numeric; max_gap_days is missing/);
});

import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { Database } from "#platform/db/database.ts";
import { ModelRefused } from "#platform/scoring/modelRefused.ts";
import { churnArtefact, recommendationsArtefact } from "#platform/testing/modelArtefact.ts";
import { useTestDatabases } from "#platform/testing/testDatabase.ts";
import { findChampion, judge, loadChampion, promote, registerVersion } from "../registry.ts";

const databases = useTestDatabases({ warehouse: true });
let db: Database;

beforeAll(() => {
  db = Database.open(databases.warehouse.as("martgraph_builder"));
});
beforeEach(async () => {
  await db.raw("truncate registry.model_version, registry.artefact, registry.model_alias, registry.alias_move, predictions.batch cascade");
});
afterAll(() => db.close());

const better = (lower: number, note = "better") => ({ served: "CANDIDATE", verdict: note, pooled: { lower }, all: { lower }, new: { lower } });

test("a registered version is the challenger; nothing serves until one is promoted", async () => {
  expect(await registerVersion(db, "churn", churnArtefact())).toBe(1n);
  expect(await findChampion(db, "churn")).toBeUndefined();
  expect(await loadChampion(db, "churn")).toBeUndefined();
  const { rows } = await db.raw("select alias, version from registry.model_alias");
  expect(rows).toEqual([{ alias: "challenger", version: 1n }]);
});

test("the champion comes back byte for byte and scores", async () => {
  const version = await registerVersion(db, "churn", churnArtefact(better(0.01)));
  expect(await promote(db, "churn", version)).toEqual({ promoted: true, version, reason: "better" });
  const champion = await loadChampion(db, "churn");
  expect(champion).toMatchObject({ model: "churn", version: 1n, reason: "better", asOf: new Date("2011-09-10T00:00:00Z") });
  expect(champion?.scorer.probability([Math.expm1(3), 1])).toBeCloseTo(0.5, 12);
});

test("the same artefact keeps its version, another gets the next, each model counts for itself", async () => {
  await registerVersion(db, "churn", churnArtefact());
  expect(await registerVersion(db, "churn", churnArtefact())).toBe(1n);
  expect(await registerVersion(db, "churn", churnArtefact(better(0.2)))).toBe(2n);
  expect(await registerVersion(db, "recommendations", recommendationsArtefact(["a", "b", "c", "d"]))).toBe(1n);
});

test("a candidate that is not surely better does not take the champion's place", async () => {
  await promote(db, "churn", await registerVersion(db, "churn", churnArtefact(better(0.01, "first"))));
  const worse = await registerVersion(db, "churn", churnArtefact(better(-0.001, "second")));
  expect(await promote(db, "churn", worse)).toMatchObject({ promoted: false, version: 2n });
  expect((await findChampion(db, "churn"))?.version).toBe(1n);
});

test("every move of an alias is remembered with its reason", async () => {
  for (const note of ["first", "second"]) await promote(db, "churn", await registerVersion(db, "churn", churnArtefact(better(0.01, note))));
  const { rows } = await db.raw("select version, previous_version, reason from registry.alias_move where alias = 'champion' order by id");
  expect(rows).toEqual([
    { version: 1n, previous_version: null, reason: "first" },
    { version: 2n, previous_version: 1n, reason: "second" },
  ]);
});

test("an artefact that does not hold its golden rows is not registered", async () => {
  const files = churnArtefact();
  files.set("golden.jsonl", Buffer.from("{}\n"));
  await expect(registerVersion(db, "churn", files)).rejects.toThrow(ModelRefused);
  expect((await db.raw("select 1 from registry.model_version")).rowCount).toBe(0);
});

test("a stored artefact that was changed is refused on loading", async () => {
  const version = await registerVersion(db, "churn", churnArtefact(better(0.01)));
  await promote(db, "churn", version);
  await db.raw("update registry.artefact set content = content || 'x' where name = 'model.json'");
  await expect(loadChampion(db, "churn")).rejects.toThrow(/model\.json is not what was trained/);
  await db.raw("update registry.artefact set content = '{}' where name = 'manifest.json'");
  await expect(loadChampion(db, "churn")).rejects.toThrow(/not the one that was registered/);
});

test("old artefacts go, the champion's and those of stored batches stay", async () => {
  await promote(db, "churn", await registerVersion(db, "churn", churnArtefact(better(0.01, "1"))));
  await registerVersion(db, "churn", churnArtefact(better(-1, "2")));
  await db.raw("insert into predictions.batch (id, as_of, churn_version, kind) values (gen_random_uuid(), now(), 2, 'FULL')");
  for (let index = 3; index <= 9; index += 1) await promote(db, "churn", await registerVersion(db, "churn", churnArtefact(better(-1, String(index)))));
  const { rows } = await db.raw<{ version: bigint }>("select distinct version from registry.artefact order by 1");
  expect(rows.map((row) => Number(row.version))).toEqual([1, 2, 5, 6, 7, 8, 9]);
});

describe("the rule of promotion", () => {
  test("a baseline serves where nothing beats it", () => expect(judge("churn", { served: "BASELINE", verdict: "v" }).promoted).toBe(true));
  test("recommendations must be better on all and on new products", () => {
    const metrics = { served: "CANDIDATE", verdict: "v", all: { lower: 0.01 }, new: { lower: 0 } };
    expect(judge("recommendations", metrics).promoted).toBe(false);
    expect(judge("recommendations", { ...metrics, new: { lower: 1e-9 } }).promoted).toBe(true);
  });
  test.each([["nothing", null], ["no verdict", { served: "CANDIDATE", pooled: { lower: 1 } }], ["a bound that is no number", { served: "CANDIDATE", verdict: "v", pooled: { lower: "NaN" } }], ["no bound", { served: "CANDIDATE", verdict: "v" }]])(
    "%s promotes nothing",
    (_, metrics) => expect(judge("churn", metrics).promoted).toBe(false),
  );
});

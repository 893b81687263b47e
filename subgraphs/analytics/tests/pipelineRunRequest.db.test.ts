import { describe, expect, test } from "vitest";
import { person } from "#kit/testing/graphOf.ts";
import { usePublishedSlice } from "#kit/testing/publishedSlice.ts";
import { createWarehouseReader } from "#warehouse/reader.ts";
import { createAnalyticsSubgraph } from "../subgraph.ts";
import { fillSmallMarts, MARTS } from "./smallMarts.ts";

const slice = usePublishedSlice(fillSmallMarts, (db) => createAnalyticsSubgraph({ reader: createWarehouseReader(db) }));

const ASK = `mutation($key: String!, $force: Boolean! = false) {
  pipelineRunRequest(input: { idempotencyKey: $key, force: $force }) {
    __typename
    ... on PipelineRunRequestSuccess { request { id state reason run { id state progress { stepsDone stepsInAll currentAsset message rows } steps { asset state attempts seconds } } } }
    ... on UserError { code message path }
  }
}`;

describe("pipelineRunRequest", () => {
  const ask = async (key: string, force = false) => {
    const { data, errors } = await slice.graph.as(person(MARTS.ada, "ADMIN")).run(ASK, { key, force });
    expect(errors).toBeUndefined();
    return data["pipelineRunRequest"] as { __typename: string; request?: { id: string; state: string; run: unknown } };
  };

  test("PipelineRunRequestSuccess: the request waits, once per key, and tells later what became of it", async () => {
    const first = await ask("k1");
    expect(first).toMatchObject({ __typename: "PipelineRunRequestSuccess", request: { id: expect.stringMatching(/^prq_/), state: "PENDING", run: null } });
    expect(await ask("k1")).toEqual(first);
    expect((await slice.owner.raw("select 1 from ops.run_request")).rowCount).toBe(1);
    const runId = "01910009-0000-7000-8000-000000000001";
    await slice.owner.raw(`
      insert into ops.asset (name, ordinal, what, stage, after, optional) values ('capture', 0, 'takes over', 'before cut', '{}', false), ('cut', 1, 'fixes the cut', 'build', '{capture}', false), ('dbt', 2, 'builds', 'build', '{cut}', false);
      delete from ops.asset_run; delete from ops.pipeline_run;
      insert into ops.pipeline_run (run_id, trigger, state) values ('${runId}', 'request', 'RUNNING');
      insert into ops.asset_run (run_id, asset, state, rows, seconds, attempts, message) values ('${runId}', 'capture', 'DONE', 5, 1.5, 1, 'caught up'), ('${runId}', 'dbt', 'RUNNING', 7, null, 2, '14 nodes');
      update ops.run_request set state = 'TAKEN', run_id = '${runId}'`);
    expect((await ask("k1")).request).toMatchObject({
      state: "TAKEN",
      run: { state: "RUNNING", progress: { stepsDone: 1, stepsInAll: 3, currentAsset: "dbt", message: "14 nodes", rows: "7" }, steps: [{ asset: "capture", attempts: 1, seconds: 1.5 }, { asset: "dbt", attempts: 2, seconds: null }] },
    });
    const { data } = await slice.graph.as(person(MARTS.bob, "ANALYST")).run("{ pipelineAssets { name stage after isOptional description } }");
    expect(data["pipelineAssets"]).toHaveLength(3);
    expect(data["pipelineAssets"]).toContainEqual({ name: "cut", stage: "BUILD", after: ["capture"], isOptional: false, description: "fixes the cut" });
  });

  test("IdempotencyConflict: the same key for something else; another person's keys are their own", async () => {
    expect(await ask("k1", true)).toMatchObject({ __typename: "IdempotencyConflict", code: "IDEMPOTENCY_CONFLICT", path: ["input", "idempotencyKey"] });
    const { data } = await slice.graph.as(person(MARTS.bob, "ADMIN")).run(ASK, { key: "k1", force: true });
    expect(data["pipelineRunRequest"]).toMatchObject({ __typename: "PipelineRunRequestSuccess" });
  });

  test.each(["", "two words", "\u0000", "x".repeat(201), "schlüssel"])("InvalidIdempotencyKey: %j", async (key) => {
    expect(await ask(key)).toMatchObject({ __typename: "InvalidIdempotencyKey", code: "INVALID_IDEMPOTENCY_KEY" });
  });

  test("PipelineQueueFull: a hundred that wait are enough; a key that is known is answered all the same", async () => {
    await slice.owner.raw("insert into ops.run_request (requested_by, idempotency_key, train, force) select $1, 'q' || n, 'auto', false from generate_series(1, 100) n", [MARTS.ada]);
    expect(await ask("one-more")).toMatchObject({ __typename: "PipelineQueueFull", code: "PIPELINE_QUEUE_FULL", path: null });
    expect(await ask("q7")).toMatchObject({ __typename: "PipelineRunRequestSuccess" });
  });

  test("twenty calls with one key at the same moment leave one request", async () => {
    await slice.owner.raw("delete from ops.run_request");
    const answers = await Promise.all(Array.from({ length: 20 }, () => ask("together")));
    expect(new Set(answers.map((answer) => answer.request?.id)).size).toBe(1);
    expect((await slice.owner.raw("select 1 from ops.run_request")).rowCount).toBe(1);
  });

  test("who may not ask is refused, and who serves can write nothing else in the ledger", async () => {
    for (const role of ["ANALYST", "SUPPORT", "VENDOR", "CUSTOMER"] as const) {
      const { errors } = await slice.graph.as(person(MARTS.bob, role)).run(ASK, { key: "no" });
      expect(errors, role).toMatchObject([{ extensions: { code: "FORBIDDEN" } }]);
    }
    const { rows } = await slice.owner.raw(`select relname from pg_class where relnamespace = 'ops'::regnamespace and relkind = 'r' and relname in ('asset', 'run_request', 'pipeline_run', 'asset_run', 'build', 'pointer', 'slot_state', 'check_result')
      and (has_table_privilege('martgraph_serving', oid, 'insert') or has_table_privilege('martgraph_serving', oid, 'update') or has_table_privilege('martgraph_serving', oid, 'delete'))`);
    expect(rows).toEqual([]);
  });
});

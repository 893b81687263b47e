import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { silentLog } from "#platform/log.ts";
import { openLineage } from "../openLineage.ts";

const dir = mkdtempSync(join(tmpdir(), "martgraph-lineage-"));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** As OpenLineage 2-0-2 has it (RunEvent, with BaseFacet for every facet), written down by hand. */
const facets = z.record(z.string(), z.looseObject({ _producer: z.url(), _schemaURL: z.string().regex(/^https:\/\/openlineage\.io\/spec\/facets\/\d+-\d+-\d+\/(\w+)\.json#\/\$defs\/\1$/) }));
const dataset = z.strictObject({ namespace: z.string(), name: z.string(), facets: facets.optional(), outputFacets: facets.optional() });
const runEvent = z.strictObject({
  eventTime: z.iso.datetime(), producer: z.url(), schemaURL: z.literal("https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent"),
  eventType: z.enum(["START", "RUNNING", "COMPLETE", "ABORT", "FAIL", "OTHER"]),
  run: z.strictObject({ runId: z.uuid(), facets: facets.optional() }), job: z.strictObject({ namespace: z.string(), name: z.string(), facets: facets.optional() }),
  inputs: z.array(dataset), outputs: z.array(dataset),
});

const runId = "01910009-0000-7000-8000-000000000001";
const at = new Date("2026-03-01T12:00:00Z");
const home = { namespace: "postgres://localhost:5432", database: "warehouse" };
const options = { namespace: "martgraph", shop: { ...home, database: "shop" }, warehouse: home, log: silentLog };
const step = (name: string) => ({ name, what: "", after: [] });

async function tell(observer: ReturnType<typeof openLineage>): Promise<void> {
  observer.run({ runId, state: "START", at });
  for (const name of ["capture", "check raw", "dbt"]) observer.step({ runId, step: step(name), state: "START", at });
  observer.step({ runId, step: step("capture"), state: "COMPLETE", at, rows: 5, output: { rowsByTable: { orders__orders: 5, users__users: 0 } } });
  observer.step({ runId, step: step("check raw"), state: "COMPLETE", at, rows: 12, output: { checks: 12, warnings: 1 } });
  observer.step({ runId, step: step("dbt"), state: "FAIL", at, message: "test x: 3 rows" });
  observer.run({ runId, state: "REJECTED", at, reason: "test x: 3 rows" });
  await observer.flush();
}

describe("OpenLineage events", () => {
  test("each is a run event of the standard; what began ends under the same id, below its run", async () => {
    const file = join(dir, "lineage.ndjson");
    await tell(openLineage({ ...options, file }));
    const events = readFileSync(file, "utf8").trim().split("\n").map((line) => runEvent.parse(JSON.parse(line)));
    expect(events.map((event) => `${event.job.name} ${event.eventType}`)).toEqual([
      "pipeline START", "pipeline.capture START", "pipeline.check_raw START", "pipeline.dbt START", "pipeline.capture COMPLETE", "pipeline.check_raw COMPLETE", "pipeline.dbt FAIL", "pipeline FAIL",
    ]);
    expect(events[4]?.run.runId).toBe(events[1]?.run.runId);
    expect(events[4]).toMatchObject({ run: { facets: { parent: { run: { runId } } } }, inputs: [{ name: "shop.orders.orders" }], outputs: [{ name: "warehouse.raw.orders__orders", outputFacets: { outputStatistics: { rowCount: 5 } } }] });
    expect(events[5]?.inputs[0]?.facets?.["dataQualityAssertions"]).toMatchObject({ assertions: [{ success: true }, { assertion: "no warnings", success: false }] });
    expect(events[6]?.run.facets?.["errorMessage"]).toMatchObject({ message: "test x: 3 rows" });
  });

  test("are posted with the key; a receiver that refuses, or is away, stops nothing", async () => {
    const seen: { key: string | undefined; body: unknown }[] = [];
    const server = createServer((request, response) => {
      let text = "";
      request.on("data", (part) => (text += part)).on("end", () => {
        seen.push({ key: request.headers.authorization, body: JSON.parse(text) });
        response.writeHead(seen.length === 1 ? 500 : 201).end();
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    await tell(openLineage({ ...options, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/v1/lineage`, apiKey: "secret" }));
    server.close();
    expect(seen).toHaveLength(8);
    for (const { key, body } of seen) {
      expect(key).toBe("Bearer secret");
      runEvent.parse(body);
    }
    await tell(openLineage({ ...options, url: "http://127.0.0.1:1/", file: join(dir, "no", "folder") }));
  });
});

import { createServer, type Server } from "node:http";
import { afterEach, describe, expect, test } from "vitest";
import { BigQueryError, openBigQuery, unreachable } from "../client.ts";

let server: Server | undefined;
afterEach(() => void server?.close());

/** Answers every request as BigQuery once did, and keeps what it was asked. */
async function recorded(status: number, body: object): Promise<{ endpoint: string; asked: { method: string; path: string; body: string }[] }> {
  const asked: { method: string; path: string; body: string }[] = [];
  server = createServer((request, response) => {
    let text = "";
    request.on("data", (chunk: Buffer) => (text += chunk.toString())).on("end", () => {
      asked.push({ method: request.method ?? "", path: request.url ?? "", body: text });
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
    });
  });
  await new Promise<void>((listening) => server?.listen(0, "127.0.0.1", listening));
  return { endpoint: `http://127.0.0.1:${(server.address() as { port: number }).port}`, asked };
}

const connection = { project: "my-shop-1234", datasetPrefix: "shop", location: "EU", maximumBytesBilled: 20_000_000_000, labels: { team: "data" } };
const refusal = (code: number, reason: string, message: string) => ({ error: { code, message, errors: [{ message, domain: "global", reason }] } });

describe("what BigQuery refuses", () => {
  test("a job that would read more than the cap names the setting; the cap and the labels went with it", async () => {
    const done = { jobReference: { projectId: "my-shop-1234", jobId: "big", location: "EU" }, status: { state: "DONE", errorResult: { reason: "bytesBilledLimitExceeded", message: "Query exceeded limit for bytes billed: 20000000000. 31457280000 or higher required." } } };
    const { endpoint, asked } = await recorded(200, done);
    const failed = openBigQuery({ ...connection, endpoint }).run("select * from big", { jobId: "big", labels: { build: "b1", step: "publish" } });
    await expect(failed).rejects.toMatchObject({ name: "BigQueryError", reason: "bytesBilledLimitExceeded", message: expect.stringMatching(/31457280000 or higher required\. The cap is MARTGRAPH_BIGQUERY_MAX_BYTES/) });
    expect(JSON.parse(asked[0]?.body ?? "{}")).toMatchObject({
      jobReference: { jobId: "big", location: "EU" }, configuration: { labels: { product: "martgraph", team: "data", build: "b1", step: "publish" }, query: { maximumBytesBilled: "20000000000", useLegacySql: false } },
    });
  });

  test.each([
    [404, "notFound", "Not found: Project my-shop-1234", /there is no project "my-shop-1234" .*MARTGRAPH_BIGQUERY_PROJECT/],
    [403, "accessDenied", "Access Denied: Project my-shop-1234: User does not have bigquery.jobs.create permission in project my-shop-1234.", /BigQuery Job User and BigQuery Data Editor/],
  ])("%i %s is said with its cure", async (status, reason, message, told) => {
    const { endpoint } = await recorded(status, refusal(status, reason, message));
    await expect(openBigQuery({ ...connection, endpoint }).check()).rejects.toThrow(told);
  });

  test("an emulator that is not there is named", async () => {
    const { endpoint } = await recorded(200, {});
    await new Promise<void>((closed) => server?.close(() => closed()));
    await expect(openBigQuery({ ...connection, endpoint }).check()).rejects.toThrow(`nobody answers at ${endpoint}`);
  });

  test("who has no credentials is told where they come from", () => {
    const error = new BigQueryError("http error", "Could not load the default credentials. Browse to https://cloud.google.com/docs/authentication");
    expect(unreachable(error, connection).message).toContain("MARTGRAPH_BIGQUERY_KEYFILE, or log in with gcloud");
    expect(unreachable(new BigQueryError("http 400", "invalid_grant: Invalid JWT Signature."), { ...connection, keyfile: "/key.json" }).message).toContain("make a new key");
  });
});

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { request, type IncomingHttpHeaders } from "node:http";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { gunzipSync } from "node:zlib";
import { buildSchema } from "graphql";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { documentStore } from "../documents.ts";
import { INSIGHTS_CLIENT_DIR, takesGzip } from "../insights/pages.ts";
import { DEFAULT_LIMITS } from "../limits/limits.ts";
import { MODES, testGateway, type TestGateway } from "./fixtures/harness.ts";

const API = readFileSync(join(import.meta.dirname, "../../schema/graphql/api.graphql"), "utf8");

interface Got { status: number; headers: IncomingHttpHeaders; body: Buffer }

describe.each(MODES)("the insights page, %s", (mode) => {
  let gateway: TestGateway;
  beforeAll(async () => { gateway = await testGateway(mode); });
  afterAll(() => gateway.close());

  /** The path as it is given: fetch would tidy it up. */
  const get = (path: string, headers: Record<string, string> = {}, method = "GET") => new Promise<Got>((done, failed) => {
    const { hostname, port } = new URL(gateway.url);
    request({ hostname, port, path, headers, method }, (response) => {
      const pieces: Buffer[] = [];
      response.on("data", (piece: Buffer) => pieces.push(piece)).on("end", () => done({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(pieces) }));
    }).on("error", failed).end();
  });
  const loadsOf = (html: string): string[] => [...html.matchAll(/(?:src|href)="([^"#][^"]*)"/g)].map((match) => match[1] as string).filter((path) => !path.startsWith("data:"));

  test("is one page with nothing inline, loads from this gateway alone, and is kept nowhere", async () => {
    const { status, headers, body } = await get("/insights?from=somewhere");
    expect([status, headers["content-type"], headers["cache-control"], headers["x-frame-options"], headers["referrer-policy"]]).toEqual([200, "text/html; charset=utf-8", "no-store", "DENY", "no-referrer"]);
    const policy = headers["content-security-policy"] as string;
    for (const rule of ["default-src 'none'", "script-src 'self'", "style-src 'self'", "connect-src 'self'", "form-action 'none'", "frame-ancestors 'none'", "base-uri 'none'"]) expect(policy.split("; ")).toContain(rule);
    expect(policy).not.toMatch(/unsafe|https?:|\*/);
    const html = body.toString("utf8");
    expect(html).not.toMatch(/<script>|<script [^>]*>[^<]|<style|style=|\son[a-z]+=|%client%|%echarts%|https?:/);
    expect(loadsOf(html)).toHaveLength(3);
  });

  test("its parts hold their own hash in the address, are kept for ever and come smaller where that is taken", async () => {
    const [css, echarts, app] = loadsOf((await get("/insights")).body.toString("utf8")) as [string, string, string];
    const folder = dirname(app);
    const imports = [...readFileSync(join(INSIGHTS_CLIENT_DIR, "app.js"), "utf8").matchAll(/from "\.\/([a-zA-Z]+\.js)"/g)].map((match) => `${folder}/${match[1]}`);
    expect(imports.length).toBeGreaterThan(5);
    for (const path of [css, echarts, app, ...imports]) {
      expect(path).toMatch(/^\/insights\/(echarts-)?[0-9a-f]{20}(\.min\.js|\/[a-zA-Z]+\.(js|css))$/);
      const plain = await get(path);
      expect([path, plain.status, plain.headers["content-type"], plain.headers["x-content-type-options"], plain.headers["cache-control"], plain.headers["content-encoding"]])
        .toEqual([path, 200, path.endsWith(".css") ? "text/css; charset=utf-8" : "text/javascript; charset=utf-8", "nosniff", "public, max-age=31536000, immutable", undefined]);
      const small = await get(path, { "accept-encoding": "br, gzip" });
      expect([small.headers["content-encoding"], small.headers.vary, Number(small.headers["content-length"])]).toEqual(["gzip", "accept-encoding", small.body.length]);
      expect(gunzipSync(small.body).equals(plain.body)).toBe(true);
      expect(small.body.length).toBeLessThan(plain.body.length);
    }
    const asInstalled = readFileSync(join(dirname(createRequire(import.meta.url).resolve("echarts/package.json")), "dist/echarts.min.js"));
    const served = (await get(echarts)).body;
    expect(served.equals(asInstalled)).toBe(true);
    expect(echarts).toContain(createHash("sha256").update(`${asInstalled.length}:`).update(asInstalled).digest("hex").slice(0, 20));
  });

  test("HEAD tells the same without a body, anything but reading is refused", async () => {
    const head = await get("/insights", {}, "HEAD");
    expect([head.status, head.body.length, Number(head.headers["content-length"]) > 1_000]).toEqual([200, 0, true]);
    for (const method of ["POST", "PUT", "DELETE"]) expect((await get("/insights", {}, method)).status).toBe(405);
  });

  test.each(["/insights/", "/Insights", "/insights/index.html", "/insights/app.js", "/insightsx", "/insights/../package.json", "/insights/%2e%2e/pages.ts", "/insights/__proto__", "/insights/constructor", "/insights/echarts-00000000000000000000.min.js", "/insights/00000000000000000000/app.js"])("%s is nothing", async (path) => {
    expect((await get(path)).status).toBe(404);
  });
});

test.each([
  [undefined, false], ["", false], ["br", false], ["gzip", true], ["GZIP;q=0.5, br", true], ["gzip;q=0", false], ["gzip; q=0.0, *", false], ["*", true], ["*;q=0", false], ["identity", false], ["gzip;q=x", false],
])("accept-encoding %j takes gzip: %j", (header, expected) => {
  expect(takesGzip(header)).toBe(expected);
});

test("every question of the page fits the schema and its limits", async () => {
  const queries = (await import(pathToFileURL(join(INSIGHTS_CLIENT_DIR, "queries.js")).href)) as Record<string, string>;
  const documents = documentStore(buildSchema(API), DEFAULT_LIMITS);
  const range = { from: "2010-01-01", to: "2012-01-01" };
  const variables: Record<string, Record<string, unknown>> = { MONTHS: { range }, DAYS: { range }, TOTALS: { range }, REVENUE: { range, grain: "DAY" }, PRODUCTS: { range, count: 10 }, PRODUCT_NAMES: { ids: ["prd_1"] }, FUNNEL: { range } };
  expect(Object.keys(queries).sort()).toEqual(["COHORTS", "DAYS", "FUNNEL", "LOGIN", "LOGOUT", "MONTHS", "PRODUCTS", "PRODUCT_NAMES", "QUALITY", "REVENUE", "RFM", "SECOND_FACTOR", "TOTALS"]);
  const ids = new Set<string>();
  for (const [name, text] of Object.entries(queries)) {
    const { operations } = documents.prepare(text);
    expect(operations, name).toHaveLength(1);
    for (const operation of operations) {
      expect(operation.name).toMatch(/^Insights[A-Z]/);
      ids.add(operation.name as string);
      expect(() => documents.checkCost(operation, variables[name] ?? { input: {} }), name).not.toThrow();
    }
  }
  expect(ids.size).toBe(Object.keys(queries).length);
  expect(() => documents.prepare(queries["RFM"]?.replace("segment ", "sediment ") as string)).toThrow();
});

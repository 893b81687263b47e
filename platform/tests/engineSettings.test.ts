import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { isAbsolute, join, relative } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { engineEnvironment, engineSettings, sqlDailyBytes } from "../engineSettings.ts";

const B = "MARTGRAPH_BIGQUERY_";
const VENDOR = "01900000-0000-7000-8000-000000000001";
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "martgraph-engine-"));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});
function settings(env: Record<string, string>) {
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
  return engineSettings();
}
const onBigQuery = (env: Record<string, string>) => settings({ MARTGRAPH_ENGINE: "bigquery", [`${B}PROJECT`]: "my-shop-1234", ...env });

describe("which engine builds", () => {
  test("PostgreSQL where nothing is said", () => {
    expect(settings({})).toEqual({ engine: "postgres" });
  });

  test("what a person's SQL may read in a day: 200 GB where nothing is said", () => {
    expect(sqlDailyBytes()).toBe(200e9);
    vi.stubEnv("MARTGRAPH_SQL_DAILY_BYTES", "2 TB");
    expect(sqlDailyBytes()).toBe(2e12);
    vi.stubEnv("MARTGRAPH_SQL_DAILY_BYTES", "lots");
    expect(sqlDailyBytes).toThrow(/^MARTGRAPH_SQL_DAILY_BYTES is "lots"; it is the most that one person's statements may read in a day, in bytes or as 20 GB/);
  });

  test("BigQuery with a project alone", () => {
    expect(onBigQuery({})).toEqual({ engine: "bigquery", bigQuery: { project: "my-shop-1234", datasetPrefix: "martgraph", location: "US", labels: {}, readers: { marts: [], masked: [], vendors: new Map() } } });
  });

  test("BigQuery with all there is", () => {
    const keyfile = join(folder, "key.json");
    writeFileSync(keyfile, JSON.stringify({ type: "service_account", client_email: "a@b.example", private_key: "secret" }));
    expect(onBigQuery({
      [`${B}DATASET_PREFIX`]: "shop_1", [`${B}LOCATION`]: "europe-west3", [`${B}KEYFILE`]: keyfile, [`${B}MAX_BYTES`]: "20 GB", [`${B}LABELS`]: "team=data, cost_centre=17",
      [`${B}READERS`]: "group:bi@shop.example", [`${B}MASKED_READERS`]: "user:ada@shop.example,domain:shop.example", [`${B}VENDOR_READERS`]: `${VENDOR}=group:acme@shop.example,${VENDOR}=user:bo@acme.example`,
    })).toMatchObject({ bigQuery: {
      datasetPrefix: "shop_1", location: "europe-west3", keyfile, maximumBytesBilled: 20e9, labels: { team: "data", cost_centre: "17" },
      readers: { marts: ["group:bi@shop.example"], masked: ["user:ada@shop.example", "domain:shop.example"], vendors: new Map([[VENDOR, ["group:acme@shop.example", "user:bo@acme.example"]]]) },
    } });
  });

  test("a process of ours that is started from another folder sees the same", () => {
    const keyfile = join(folder, "key.json");
    writeFileSync(keyfile, JSON.stringify({ type: "service_account", client_email: "a@b.example", private_key: "secret" }));
    const here = onBigQuery({ [`${B}KEYFILE`]: relative(process.cwd(), keyfile), [`${B}MAX_BYTES`]: "20 GB", [`${B}LABELS`]: "team=data", [`${B}VENDOR_READERS`]: `${VENDOR}=group:acme@shop.example`, MARTGRAPH_SQL_DAILY_BYTES: "2 TB", GOOGLE_APPLICATION_CREDENTIALS: "credentials.json", HTTPS_PROXY: "http://proxy.example:3128" });
    const passed = engineEnvironment();
    expect(passed[`${B}KEYFILE`]).toBe(keyfile);
    expect(passed).toMatchObject({ HTTPS_PROXY: "http://proxy.example:3128", MARTGRAPH_SQL_DAILY_BYTES: "2 TB" });
    expect(isAbsolute(passed["GOOGLE_APPLICATION_CREDENTIALS"] ?? "")).toBe(true);
    vi.unstubAllEnvs();
    expect(engineEnvironment()).toEqual({});
    expect(settings(passed)).toEqual(here);
  });

  test("an emulator on this machine", () => {
    expect(onBigQuery({ [`${B}ENDPOINT`]: "http://127.0.0.1:9050/" })).toMatchObject({ bigQuery: { endpoint: "http://127.0.0.1:9050" } });
  });

  test.each([
    [{ MARTGRAPH_ENGINE: "duckdb" }, 'MARTGRAPH_ENGINE is "duckdb"'],
    [{ [`${B}PROJECT`]: "my-shop-1234" }, `${B}PROJECT is set, but MARTGRAPH_ENGINE is not bigquery`],
    [{ MARTGRAPH_ENGINE: "bigquery" }, `${B}PROJECT is not set`],
    [{ MARTGRAPH_ENGINE: "bigquery", [`${B}PROJEKT`]: "my-shop-1234" }, `${B}PROJEKT is no setting`],
  ])("%o is refused", (env, message) => {
    expect(() => settings(env as Record<string, string>)).toThrow(message);
  });

  test.each([
    ["PROJECT", "My Shop"], ["PROJECT", "shop`; drop"], ["DATASET_PREFIX", "1shop"], ["DATASET_PREFIX", "shop-a"], ["LOCATION", "the moon"],
    ["ENDPOINT", "http://bigquery.example:9050"], ["ENDPOINT", "emulator"], ["ENDPOINT", "http://127.0.0.1:9050/bigquery"],
    ["MAX_BYTES", "0"], ["MAX_BYTES", "lots"], ["MAX_BYTES", "1 MB"], ["MAX_BYTES", "-5"], ["LABELS", "Team=data"], ["LABELS", "build=mine"], ["LABELS", "team"],
    ["READERS", "bi@shop.example"], ["READERS", 'user:a"b@shop.example'], ["MASKED_READERS", "allUsers"], ["VENDOR_READERS", "acme=group:a@b.example"], ["VENDOR_READERS", VENDOR],
    ["KEYFILE", "/nowhere/key.json"],
  ])("%s is refused where it is %j, and named", (name, value) => {
    expect(() => onBigQuery({ [B + name]: value })).toThrow(`${B}${name}`);
  });

  test("a key that is none is refused without repeating it", () => {
    for (const content of ["no json, secret", JSON.stringify({ type: "authorized_user", refresh_token: "secret" }), "null"]) {
      const keyfile = join(folder, "key.json");
      writeFileSync(keyfile, content);
      expect(() => onBigQuery({ [`${B}KEYFILE`]: keyfile })).toThrow(/^MARTGRAPH_BIGQUERY_KEYFILE names [^]*key\.json(?![^]*secret)/);
    }
  });

  test("a key beside an emulator is refused", () => {
    const keyfile = join(folder, "key.json");
    writeFileSync(keyfile, JSON.stringify({ type: "service_account", client_email: "a@b.example", private_key: "secret" }));
    expect(() => onBigQuery({ [`${B}KEYFILE`]: keyfile, [`${B}ENDPOINT`]: "http://127.0.0.1:9050" })).toThrow("both set");
  });
});

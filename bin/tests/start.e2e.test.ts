import { randomUUID } from "node:crypto";
import { existsSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { afterAll, describe, expect, test } from "vitest";
import { waitUntilGone } from "#platform/postgres/processes.ts";
import { csvText, withFiles } from "#shopdata/tests/retailFixture.ts";
import { addressFromUrl } from "../install/databases.ts";
import { SUBGRAPHS } from "../install/secrets.ts";
import { descendantsOf, MACHINE_TELLS, portsOf } from "./machine.ts";
import { type Bought, buyFrom, exact, METRICS, ONE, readMetrics, runPipeline } from "./shopping.ts";
import { beginStart, type Data, endEverything, makeScratch, martgraph, openAsBi, openAsOwner, postmasterOf, startProduct, type StartedProduct } from "./startedProduct.ts";

/**
 * The life of one installation as its user sees it, from an interrupted first start to a lost database. Every test begins where
 * the one before it ended; run the whole file.
 */
const scratch = makeScratch();
const dir = join(scratch, "data");
const TINY = ["--size", "tiny"];
/** How old a page of the catalogue may be (docs/decisions/0013), and a little. */
const KEPT_MS = 5_500;
let product: StartedProduct;

afterAll(async () => {
  await endEverything([dir]);
  rmSync(scratch, { recursive: true, force: true });
}, 120_000);

const pipeline = (...args: string[]) => runPipeline(dir, args);
const stepOf = (name: RegExp) => product.steps.find(({ step }) => name.test(step));
const metricsOf = (day: string) => readMetrics(product, day);
const buy = (quantities: readonly number[]) => buyFrom(product, quantities);
const orderNow = async (id: string) => (await product.run("OrderDetails", { id }, await product.login("CUSTOMER"))).data["order"] as Data;

/** Stops the product as Ctrl-C does, and looks that nothing of it is left. */
async function stopAndLookAround(): Promise<void> {
  const left = MACHINE_TELLS ? descendantsOf(product.pid) : [];
  const socketDir = addressFromUrl(product.ready.bi, "bi", "warehouse").host;
  expect(existsSync(socketDir)).toBe(true);
  product.signal("SIGINT");
  product.signal("SIGINT"); // an impatient second one changes nothing
  const { code, stderr } = await product.ended;
  // That a build was refused is said on purpose; nothing else is.
  expect({ code, said: stderr.split("\n").filter((line) => line !== "" && !/^\{"(step|note)"/.test(line) && !/"part":"alerts"/.test(line)) }).toEqual({ code: 0, said: [] });
  for (const pid of left) expect(await waitUntilGone(pid, 10_000), `process ${pid}`).toBe(true);
  await expect(fetch(product.ready.url)).rejects.toThrow();
  expect([socketDir, join(dir, "runtime.json"), join(dir, "postgres", "cluster", "postmaster.pid")].filter(existsSync)).toEqual([]);
}

describe("one installation", { timeout: 600_000 }, () => {
  test("Ctrl-C in the middle of the first build stops everything; the next start goes on from there", async () => {
    const first = beginStart(dir, TINY);
    await expect.poll(() => first.steps.some(({ step }) => step === "Pipeline: cut"), { timeout: 300_000, interval: 100 }).toBe(true);
    const left = MACHINE_TELLS ? descendantsOf(first.pid) : [];
    first.signal("SIGINT");
    expect(await first.ended).toMatchObject({ code: 0, stdout: "" });
    for (const pid of left) expect(await waitUntilGone(pid, 10_000), `process ${pid}`).toBe(true);

    product = await startProduct(dir, TINY);
    expect(stepOf(/^Shop data/)).toMatchObject({ verdict: "skipped", note: expect.stringMatching(/synthetic/) });
    expect(stepOf(/^Pipeline: resume/)).toBeDefined();
    expect(stepOf(/^Pipeline$/)).toMatchObject({ verdict: "done", note: expect.stringMatching(/is published/) });
  });

  test("--json: the last line says where everything is; passwords are for the owner alone", async () => {
    expect(product.ready).toEqual({ ready: true, url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/graphql$/), accounts: expect.any(Array), bi: expect.stringMatching(/^postgresql:\/\/bi_reader:/) });
    const { accounts } = product.ready;
    expect(accounts.map(({ role }) => role)).toEqual(["CUSTOMER", "VENDOR", "SUPPORT", "ANALYST", "ADMIN"]);
    expect(new Set(accounts.map(({ password }) => password)).size).toBe(5);
    expect(statSync(join(dir, "secrets.json")).mode & 0o777).toBe(0o600);
    expect(statSync(join(dir, "runtime.json")).mode & 0o777).toBe(0o600);
    const home = await fetch(new URL("/", product.ready.url), { headers: { accept: "text/html" } });
    expect([home.status, home.headers.get("content-type")]).toEqual([200, expect.stringMatching(/text\/html/)]);
  });

  test("every account logs in, and each role sees its own part", async () => {
    const me: Record<string, Data> = {};
    for (const { role, email } of product.ready.accounts) {
      const { data } = await product.run("Me", {}, await product.login(role));
      expect(data["me"]).toMatchObject({ email, roles: [role] });
      me[role] = data["me"] as Data;
    }
    const { email } = product.ready.accounts[0] as { email: string };
    expect((await product.run("Login", { input: { email, password: "wrong password" } })).data["login"].__typename).toBe("InvalidCredentials");

    const userId = me["CUSTOMER"]?.["id"] as string;
    const asked = (operation: string, variables: object, role: "CUSTOMER" | "VENDOR" | "SUPPORT" | "ANALYST" | "ADMIN") => product.login(role).then((token) => product.run(operation, variables, token));
    expect((await asked("CustomerLookup", { id: userId }, "SUPPORT")).data["user"]).toMatchObject({ email });
    expect((await asked("CustomerLookup", { id: userId }, "VENDOR")).data["user"]).toBeNull();
    const metrics = { metrics: ["revenue"], range: { from: "2000-01-01", to: "2100-01-01" } };
    for (const role of ["CUSTOMER", "SUPPORT"] as const) expect((await asked("MetricQuery", metrics, role)).errors[0]?.extensions["code"], role).toBe("FORBIDDEN");
    // A vendor reads the numbers of its own sales; that they are no others' the tests of metrics show.
    for (const role of ["VENDOR", "ANALYST", "ADMIN"] as const) expect((await asked("MetricQuery", metrics, role)).errors, role).toEqual([]);

    const five = await asked("FiveSubgraphs", { userId }, "ADMIN");
    expect(five.errors).toEqual([]);
    expect(five.data["user"].orders.nodes.length).toBeGreaterThan(0);
    expect(five.data["user"].orders.nodes[0].lines.nodes[0].product).toMatchObject({ analytics: { unitsSold: expect.any(String) }, similar: { source: "MODEL" } });
    expect(five.data["user"].recommendations.items).toHaveLength(5);
    expect(five.data["user"].churnRisk).toMatchObject({ source: "MODEL", modelVersion: expect.any(String) });
    const asVendor = await asked("FiveSubgraphs", { userId }, "VENDOR");
    expect(asVendor.data["user"]).toBeNull();
  });

  let bought: Bought;
  test("an order placed by GraphQL moves the metrics by exactly its amount, for GraphQL and BI alike", async () => {
    bought = await buy([3, 2]);
    const before = await metricsOf(bought.day);
    const run = await pipeline("run");
    expect(run).toMatchObject({ code: 0, answer: { state: "SUCCEEDED", warnings: [] } });
    const after = await metricsOf(bought.day);
    expect(after).toEqual({ buildId: run.answer["buildId"], revenue: before.revenue + bought.amount, refunds: before.refunds, orders: before.orders + ONE, unitsSold: before.unitsSold + bought.units });
    expect(after.buildId).not.toBe(before.buildId);

    await using bi = openAsBi(product.ready);
    const { rows } = await bi.raw<Record<string, string>>(
      "select sum(revenue)::text as revenue, sum(refunds)::text as refunds, sum(units_sold)::text as units from marts.agg_daily_sales where sale_date = $1::date", [bought.day]);
    expect([exact(rows[0]?.["revenue"]), exact(rows[0]?.["refunds"]), exact(rows[0]?.["units"])]).toEqual([after.revenue, after.refunds, after.unitsSold]);

    const quality = (await product.run("DataQuality", {}, await product.login("ANALYST"))).data;
    expect(quality["dataQuality"]).toMatchObject({ buildId: after.buildId, verdict: "PASSED" });
    expect(quality["dataQuality"].checks.length).toBeGreaterThan(100);
    expect(quality["pipelineRuns"].slice(0, 2)).toMatchObject([{ trigger: "manual", state: "SUCCEEDED" }, { trigger: "start", state: "SUCCEEDED" }]);
    expect((await pipeline("run")).answer).toMatchObject({ state: "NOTHING_TO_DO" });
  });

  test("bi_reader reads the schema marts and nothing else", async () => {
    await using bi = openAsBi(product.ready);
    const refused = async (sql: string) => expect(await bi.raw(sql).then(() => "went through", (error: Error) => error.message), sql).toMatch(/permission denied|read-only|must be owner|cannot (insert|update|delete)/i);
    const { rows } = await bi.raw<{ schema: string; relation: string }>(
      `select n.nspname as schema, c.relname as relation from pg_class c join pg_namespace n on n.oid = c.relnamespace
       where c.relkind in ('r', 'v', 'm', 'p') and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'`);
    for (const { schema, relation } of rows) {
      const sql = `select 1 from "${schema}"."${relation}" limit 1`;
      await (schema === "marts" ? bi.raw(sql) : refused(sql));
    }
    expect(rows.filter(({ schema }) => schema === "marts").length).toBeGreaterThanOrEqual(9);
    expect(rows.filter(({ schema }) => schema !== "marts").length).toBeGreaterThan(20);
    for (const sql of ["delete from marts.fct_orders", "update marts.fct_orders set revenue = 0", "create table marts.mine (x int)", "create table public.mine (x int)", "create schema mine", "drop view marts.fct_orders", "create temp table mine (x int)"]) await refused(sql);
    const personal = await bi.raw<{ name: string }>("select table_name || '.' || column_name as name from information_schema.columns where table_schema = 'marts' and column_name in ('email', 'display_name', 'password_hash')");
    expect(personal.rows).toEqual([]);
    await using shop = openAsBi(product.ready, { database: "shop" });
    await expect(shop.raw("select 1")).rejects.toThrow(/permission denied/);
  });

  test("a cancelled order moves the refunds by exactly what was given back", async () => {
    const before = await metricsOf(bought.day);
    const { data } = await product.run("OrderCancel", { input: { orderId: bought.id, idempotencyKey: randomUUID() } }, await product.login("CUSTOMER"));
    expect(data["orderCancel"]).toMatchObject({ __typename: "OrderCancelSuccess", order: { state: "CANCELLED" } });
    expect(exact(data["orderCancel"].refund.total.amount)).toBe(bought.total);
    const run = await pipeline("run");
    expect(run.answer).toMatchObject({ state: "SUCCEEDED" });
    expect(await metricsOf(bought.day)).toEqual({ ...before, buildId: run.answer["buildId"], refunds: before.refunds + bought.amount });
  });

  test("a bad row in raw is stopped by the audit; readers keep the last good build, the repair publishes, and rollback goes back", async () => {
    await using warehouse = openAsOwner(dir, "warehouse");
    const good = await metricsOf(bought.day);
    const columns = "order_id, position, variant_id, product_id, sku, name, unit_amount, exponent";
    await warehouse.raw(`insert into raw.orders__order_lines (id, quantity, ${columns}, _op, _from_pos, _to_pos, _committed_at)
      select '00000000-0000-7000-8000-00000000bad0', -3, ${columns}, 'c', (select applied_pos + 1 from raw._capture_state), null, now() from raw.orders__order_lines where _to_pos is null limit 1`);
    const waiting = await buy([1]);
    const red = await pipeline("run");
    expect(red).toMatchObject({ code: 1, answer: { state: "REJECTED", reason: expect.stringMatching(/raw\.order_lines.*quantity is at least one/) } });
    expect(await metricsOf(bought.day)).toEqual(good);
    const { data } = await product.run("DataQuality", {}, await product.login("ANALYST"));
    expect(data["dataQuality"].buildId).toBe(good.buildId);
    expect(data["pipelineRuns"][0]).toMatchObject({ state: "REJECTED", reason: red.answer["reason"] });

    await warehouse.raw("delete from raw.orders__order_lines where id = '00000000-0000-7000-8000-00000000bad0'");
    const mended = await pipeline("run");
    expect(mended).toMatchObject({ code: 0, answer: { state: "SUCCEEDED" } });
    expect(waiting.day).toBe(bought.day);
    expect(await metricsOf(bought.day)).toEqual({ ...good, buildId: mended.answer["buildId"], revenue: good.revenue + waiting.amount, orders: good.orders + ONE, unitsSold: good.unitsSold + waiting.units });

    const back = await pipeline("rollback");
    expect(back).toMatchObject({ code: 0, answer: { buildId: good.buildId, from: mended.answer["buildId"] } });
    expect(await metricsOf(bought.day)).toEqual(good);
    expect((await pipeline("status")).answer["published"]).toMatchObject({ buildId: good.buildId, heldAt: expect.any(String) });
    expect(await pipeline("rollback")).toMatchObject({ code: 1, stdout: "", stderr: expect.stringMatching(/"error":"there is no earlier build to go back to"/) });
  });

  test("a second start at once is told who holds the data directory", async () => {
    const { code, stdout, stderr } = await martgraph(["start", "--port", "0", "--data-dir", dir]);
    expect({ code, stdout, stderr }).toEqual({ code: 1, stdout: expect.not.stringContaining("Ready"), stderr: `\nmartgraph: The data directory ${dir} is held by process ${product.pid}: stop that one first, or choose another directory with --data-dir.\n` });
    expect((await product.run("FirstQuery")).errors).toEqual([]);
  });

  test("Ctrl-C stops all of it: no process, no port, no socket is left", stopAndLookAround);

  test("other data than the shop holds is refused, and nothing of it is touched", async () => {
    const { code, stderr } = await withFiles({ "a.csv.gz": csvText([{}]) }, (folder) => martgraph(["start", "--port", "0", "--data-dir", dir, "--data", folder]));
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringMatching(/^\nmartgraph: [^\n]*synthetic[^\n]*--reset[^\n]*\n$/) });
  });

  test("the second start fills nothing, builds nothing, and has every order", async () => {
    product = await startProduct(dir, TINY);
    expect(stepOf(/^Migrate/)).toMatchObject({ note: "nothing new" });
    expect(stepOf(/^Shop data/)).toMatchObject({ verdict: "skipped" });
    expect(stepOf(/^Pipeline/)).toBeUndefined();
    expect(await orderNow(bought.id)).toMatchObject({ number: bought.number, state: "CANCELLED" });
  });

  test("kill -9 of Node alone: the next start takes PostgreSQL over, with everything that was acknowledged", async () => {
    const order = await buy([2]);
    const children = MACHINE_TELLS ? descendantsOf(product.pid).filter((pid) => pid !== postmasterOf(dir)) : [];
    const direct = children.filter((pid) => !descendantsOf(postmasterOf(dir) as number).includes(pid));
    product.signal("SIGKILL");
    await product.ended;
    for (const pid of direct) expect(await waitUntilGone(pid, 15_000), `process ${pid}`).toBe(true);
    product = await startProduct(dir, TINY);
    expect(stepOf(/PostgreSQL/)).toMatchObject({ note: "took over the server of an earlier start" });
    expect(await orderNow(order.id)).toMatchObject({ number: order.number, state: "PAID" });
  });

  const LOOKED_AT = ["FirstQuery", "ProductList", "MetricQuery", "CustomerInsight", "FiveSubgraphs", "DataQuality", "MetricCatalogue"];
  const lookAround = async () => {
    const admin = await product.login("ADMIN");
    const userId = (await product.run("Me", {}, await product.login("CUSTOMER"))).data["me"].id as string;
    const variables: Record<string, object> = { FiveSubgraphs: { userId }, MetricQuery: { metrics: METRICS, dimensions: ["country"], grain: "MONTH", range: { from: "2000-01-01", to: "2100-01-01" } } };
    const seen: Data = {};
    for (const name of LOOKED_AT) {
      const { data, errors } = await product.run(name, variables[name] ?? {}, admin);
      expect(errors, name).toEqual([]);
      seen[name] = data;
    }
    return seen;
  };

  test("kill -9 of Node and PostgreSQL: the next start recovers; as six processes it answers the same", async () => {
    const order = await buy([1, 1]);
    // What everybody sees of the catalogue may be some seconds old; the next start has seen nothing yet.
    await setTimeout(KEPT_MS);
    const together = await lookAround();
    const postmaster = postmasterOf(dir) as number;
    product.signal("SIGKILL");
    process.kill(postmaster, "SIGKILL");
    await product.ended;
    product = await startProduct(dir, ["--split"]);
    expect(await orderNow(order.id)).toMatchObject({ number: order.number, state: "PAID" });
    expect(await lookAround()).toEqual(together);
  });

  test("--split: one process per subgraph and the gateway; no port but the gateway's answers an unsigned call", async ({ skip }) => {
    skip(!MACHINE_TELLS, "asks Linux's /proc which process listens where");
    const postmaster = postmasterOf(dir) as number;
    const nodes = descendantsOf(product.pid).filter((pid) => pid !== postmaster && !descendantsOf(postmaster).includes(pid));
    const ports = nodes.flatMap(portsOf);
    const gateway = Number(new URL(product.ready.url).port);
    expect(ports).toHaveLength(SUBGRAPHS.length + 1);
    expect(ports).toContain(gateway);
    for (const port of ports) {
      if (port === gateway) continue;
      const reply = await fetch(`http://127.0.0.1:${port}/graphql`, { method: "POST", body: '{"query":"{ __typename }"}', headers: { "content-type": "application/json" } });
      expect([reply.status, await reply.text()]).toEqual([401, expect.not.stringMatching(/data/)]);
    }
    const order = await buy([1]);
    product.signal("SIGKILL");
    await product.ended;
    for (const pid of nodes) expect(await waitUntilGone(pid, 15_000), `process ${pid}`).toBe(true);
    product = await startProduct(dir);
    expect(await orderNow(order.id)).toMatchObject({ number: order.number });
  });

  test("PostgreSQL restarting under it: queries answer that the data cannot be reached, nothing internal shows, and it recovers by itself", async () => {
    await using shop = openAsOwner(dir, "shop");
    const seen = new Map<string, Data>();
    const ask = async () => {
      // Something that only the database can do: what is read of the catalogue is answered from memory, as it should be.
      const { data, errors } = await product.run("CartCreate", { input: { currency: "GBP", countryCode: "GB" } });
      seen.set(errors.length === 0 ? "answered" : "refused", errors[0] ?? data);
      return errors.length === 0;
    };
    expect(await ask()).toBe(true);
    const { rows } = await shop.raw<{ pid: number }>("select pid from pg_stat_activity where usename = 'martgraph_catalog' limit 1");
    process.kill(rows[0]?.pid as number, "SIGKILL"); // one backend that dies takes all others with it
    await expect.poll(ask, { timeout: 60_000, interval: 5 }).toBe(false);
    await expect.poll(ask, { timeout: 120_000, interval: 100 }).toBe(true);
    expect(seen.get("refused")).toMatchObject({ message: expect.stringMatching(/^The shop's data cannot be reached at this moment; try again shortly\. Incident [0-9a-f-]{36}\.$/), extensions: { code: "UNAVAILABLE", incidentId: expect.any(String) } });
    expect(JSON.stringify(seen.get("refused"))).not.toMatch(/postgres|socket|\/tmp|stack|57P|terminating/i);
  });

  test("PostgreSQL killed for good: start ends with a sentence, and the next one recovers", async () => {
    const order = await buy([1]);
    process.kill(postmasterOf(dir) as number, "SIGKILL");
    const { code, stderr } = await product.ended;
    expect(code).toBe(1);
    expect(stderr.split("\n")).toContain(JSON.stringify({ error: "PostgreSQL went away: it was stopped or killed from outside. Start again; what was ordered is kept." }));
    product = await startProduct(dir);
    expect(await orderNow(order.id)).toMatchObject({ number: order.number, state: "PAID" });
  });

  test("Ctrl-C stops this one as cleanly as the first", stopAndLookAround);
});

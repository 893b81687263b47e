import type { Browser, Page } from "playwright-core";
import { chromium } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { fillSmallShop } from "#kit/testing/smallShop.ts";
import { Database } from "#platform/db/database.ts";
import { useTestDatabases } from "#platform/testing/testDatabase.ts";
import { fillSmallMarts } from "#subgraphs/analytics/tests/smallMarts.ts";
import { findBrowser } from "#warehouse/bi/tests/dashboardPictures.ts";
import { type Data, serveTestGraph, type ServedGraph } from "./servedGraph.ts";

// The insights page as a person sees it: a real browser, a real login, and numbers that must be those of the graph.
const found = findBrowser();
const missing = "missing" in found ? found.missing : undefined;
const FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];
const PEOPLE = { analyst: { email: "analyst@example.test", password: "a sentence for numbers", roles: ["ANALYST"] }, customer: { email: "customer@example.test", password: "a sentence for buying", roles: ["CUSTOMER"] } };
const CHARTS = ["revenue", "products", "funnel", "cohorts", "rfm"];

/** A machine that is busy with other tests may be slow; what is waited for is never a matter of time. */
// oxlint-disable-next-line vitest/require-awaited-expect-poll -- every caller awaits it
const soon = <T>(look: () => T | Promise<T>) => expect.poll(look, { timeout: 60_000, interval: 50 });

interface Part { id: string; busy: string; problem: string | null; isEmpty: boolean; isDrawn: boolean; isTold: boolean; rows: number }
/** Runs in the browser. A canvas with more than a few colours was drawn on. */
const LOOK_AT_PARTS = `${JSON.stringify(CHARTS)}.map((id) => {
  const root = document.getElementById(id);
  const canvas = root.querySelector("canvas");
  const colours = canvas ? new Set(new Uint32Array(canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data.buffer)).size : 0;
  const empty = root.querySelector(".empty");
  return {
    id, busy: root.getAttribute("aria-busy"), problem: root.querySelector(".problem:not([hidden])")?.textContent ?? null, isEmpty: !empty.hidden && empty.textContent.endsWith("."),
    isDrawn: colours > 5, isTold: (root.querySelector(".chart").getAttribute("aria-label") ?? "").length > 30, rows: root.querySelectorAll("tbody tr").length,
  };
})`;

if (missing) process.stdout.write(`The insights page is not looked at in a browser: ${missing}\n`);

describe.skipIf(missing)(`the insights page in a browser${missing ? ` is not tried: ${missing}` : ""}`, { timeout: 120_000 }, () => {
  const databases = useTestDatabases({ shop: true, warehouse: true });
  let graph: ServedGraph;
  let warehouse: Database;
  let browser: Browser;
  let page: Page;
  const said: string[] = [];

  const ask = async (query: string, variables: object = {}, token?: string): Promise<Data> => {
    const response = await fetch(`${graph.url}/graphql`, { method: "POST", body: JSON.stringify({ query, variables }), headers: { "content-type": "application/json", ...(token ? { authorization: `Bearer ${token}` } : {}) } });
    return ((await response.json()) as { data: Data }).data;
  };

  beforeAll(async () => {
    const shop = Database.open({ ...databases.shop.config, max: 2 });
    warehouse = Database.open({ ...databases.warehouse.config, max: 2 });
    await fillSmallShop(shop);
    await fillSmallMarts(warehouse);
    graph = await serveTestGraph("one process", databases.shop, databases.warehouse);
    for (const { email, password, roles } of Object.values(PEOPLE)) {
      expect(await ask("mutation ($input: RegisterInput!) { register(input: $input) { __typename } }", { input: { email, password } })).toEqual({ register: { __typename: "TokenPair" } });
      await shop.raw("update users.users set roles = $2 where email = $1", [email, roles]);
    }
    await shop.close();
    browser = await chromium.launch({ executablePath: "program" in found ? found.program : "", args: FLAGS });
    page = await browser.newPage({ viewport: { width: 1200, height: 900 } });
    page.setDefaultTimeout(60_000);
    page.on("console", (message) => said.push(`${message.type()}: ${message.text()}`));
    page.on("pageerror", (error) => said.push(`thrown: ${error.message}`));
    page.on("request", (request) => { if (!request.url().startsWith(graph.url) && !request.url().startsWith("data:")) said.push(`left the gateway: ${request.url()}`); });
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await graph?.close();
    await warehouse?.close();
  });

  // What one test answers for the graph is not answered to the next, whether it passed or not.
  afterEach(() => page?.unrouteAll({ behavior: "wait" }));

  async function enter(who: keyof typeof PEOPLE): Promise<void> {
    await page.goto(`${graph.url}/insights`);
    await page.fill("#email", PEOPLE[who].email);
    await page.fill("#password", PEOPLE[who].password);
    await page.press("#password", "Enter");
    await page.waitForSelector("html[data-standing]");
  }
  const shownDays = async (): Promise<{ from: string; to: string }> => {
    const [from, to] = ((await page.getAttribute("html", "data-shown")) ?? "").split("/") as [string, string];
    return { from, to };
  };

  test("a wrong password is a sentence", async () => {
    await page.goto(`${graph.url}/insights`);
    await page.fill("#email", PEOPLE.analyst.email);
    await page.fill("#password", "not the one");
    await page.press("#password", "Enter");
    await soon(() => page.innerText("#entranceProblem")).toMatch(/\w+ .*\./);
    expect(await page.isVisible("#content")).toBe(false);
  });

  test("every number is the graph's, in each currency apart, for the chosen days", async () => {
    await enter("analyst");
    await page.check("input[value=all]", { force: true });
    await soon(async () => (await shownDays()).from.slice(0, 4)).toBe("2010");
    const token = (await ask("mutation ($input: LoginInput!) { login(input: $input) { ... on TokenPair { accessToken } } }", { input: { email: PEOPLE.analyst.email, password: PEOPLE.analyst.password } }))["login"].accessToken as string;
    const { nodes } = (await ask('query ($range: DateRangeInput!) { metricQuery(metrics: ["revenue", "orders"], dimensions: ["currency"], range: $range) { nodes { currency values { value } } } }', { range: await shownDays() }, token))["metricQuery"];
    expect(nodes.length).toBeGreaterThan(1);
    for (const { currency, values } of nodes) {
      await page.selectOption("#currency", currency);
      const shown = await Promise.all(["revenue", "orders"].map((metric) => page.getAttribute(`[data-metric=${metric}]`, "data-value")));
      expect([currency, ...shown]).toEqual([currency, ...values.map(({ value }: { value: string }) => value)]);
    }
    expect(await page.innerText("#banner")).toContain("Numbers as of");
  });

  test("every part is drawn, empty with a sentence, or in trouble with one; each drawing has its table", async () => {
    const parts = await page.evaluate<Part[]>(LOOK_AT_PARTS);
    for (const part of parts) expect(part).toMatchObject(part.isEmpty ? { busy: "false", problem: null, rows: 0 } : { busy: "false", problem: null, isDrawn: true, isTold: true, rows: expect.any(Number) });
    expect(parts.filter(({ isDrawn, rows }) => isDrawn && rows > 0).map(({ id }) => id)).toEqual(expect.arrayContaining(["revenue", "products"]));
    expect(await page.innerText("#quality")).toMatch(/Latest builds|Nothing has been built/);
  });

  test("days of one's own are checked, and asked for", async () => {
    await page.check("input[value=custom]", { force: true });
    await page.fill("#from", "2011-02-01");
    await page.fill("#to", "2011-01-01");
    await page.click("#custom button");
    expect(await page.innerText("#controlsProblem")).toContain("first day");
    await page.fill("#to", "2011-12-31");
    await page.click("#custom button");
    await soon(shownDays).toEqual({ from: "2011-02-01", to: "2012-01-01" });
    expect(await page.isHidden("#controlsProblem")).toBe(true);
  });

  test("numbers that are too old are marked with their date", async () => {
    const before = await shownDays();
    await page.route("**/graphql", async (route) => {
      const answer = await route.fetch();
      await route.fulfill({ response: answer, body: (await answer.text()).replace('"isStale":false', '"isStale":true') });
    });
    await page.check('input[value="30"]', { force: true });
    // All parts have come: what is still asked for would meet the next test's answers.
    await soon(shownDays).not.toEqual(before);
    expect(await page.getAttribute("#banner", "class")).toContain("warned");
    expect(await page.innerText("#banner")).toMatch(/Numbers as of \d+ \w+ \d{4}.*older than promised/);
  });

  test("a session that ends leads back to the login and leaves no number", async () => {
    await page.route("**/graphql", (route) => route.fulfill({ status: 401, contentType: "application/json", body: '{"errors":[{"message":"Log in again.","extensions":{"code":"UNAUTHENTICATED"}}]}' }));
    await page.check('input[value="90"]', { force: true });
    await soon(() => page.innerText("#entranceProblem")).toContain("Log in again");
    expect([await page.isVisible("#content"), await page.locator("canvas").count(), await page.locator("#cards dd").count()]).toEqual([false, 0, 0]);
  });

  test("what comes after the end of a session is not written into the page", async () => {
    let release = (): void => {};
    const held = new Promise<void>((resolve) => { release = resolve; });
    let late = 0;
    await page.route("**/graphql", async (route) => {
      if (/cohort|segment/i.test(route.request().postData() ?? "")) {
        late += 1;
        await held;
      }
      await route.continue().catch(() => {});
    });
    await page.goto(`${graph.url}/insights`);
    await page.fill("#email", PEOPLE.analyst.email);
    await page.fill("#password", PEOPLE.analyst.password);
    await page.press("#password", "Enter");
    await soon(async () => late > 0 && (await shownDays()).from).toBeTruthy();
    await page.click("#logout");
    release();
    await page.waitForSelector("#login");
    await page.waitForLoadState("networkidle");
    expect([await page.isVisible("#content"), await page.locator("canvas").count(), await page.locator(".behind tr").count(), await page.getAttribute("html", "data-standing")]).toEqual([false, 0, 0, null]);
  });

  test("nothing was thrown, blocked by the page's own policy, or asked of anybody else", () => {
    // The one refusal above that the browser tells of by itself.
    expect(said.filter((line) => !line.includes("status of 401"))).toEqual([]);
  });

  test("who may see nothing is told so, and a login leaves nothing behind in the browser", async () => {
    await enter("customer");
    expect(await page.innerText("#banner")).toContain("may not see");
    expect(await page.locator("canvas").count()).toBe(0);
    expect(await page.evaluate("[localStorage.length, sessionStorage.length, document.cookie]")).toEqual([0, 0, ""]);
    await page.route("**/graphql", async (route) => {
      await new Promise((resolve) => { setTimeout(resolve, 500); });
      await route.continue().catch(() => {});
    });
    await page.click("#logout");
    expect([await page.isVisible("#login"), await page.isVisible("#content")]).toEqual([true, false]);
    await page.unrouteAll({ behavior: "wait" });
    await page.reload();
    expect(await page.isVisible("#content")).toBe(false);
  });
});

import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { chromium, type Browser, type Page, type Response } from "playwright-core";
import { programPath } from "#platform/config.ts";

/** What a person would see of a dashboard. */
export interface SeenDashboard {
  readonly slug: string;
  readonly file: string;
  /** Texts of tiles that show an error, or that there are no data. */
  readonly errors: readonly string[];
  readonly empty: readonly string[];
  /** Titles of the tiles that were drawn. */
  readonly tiles: readonly string[];
  /** What the page asked for and got, one entry for each query of a tile. */
  readonly answers: readonly { readonly chart: number; readonly status: number; readonly rows: readonly Record<string, unknown>[] }[];
}

/** The browser's program, or the reason why there is none. */
export function findBrowser(): { program: string } | { missing: string } {
  const program = [...programPath().flatMap((dir) => [join(dir, "chromium"), join(dir, "chromium-browser"), join(dir, "google-chrome")]), "/usr/bin/chromium"].find((file) => existsSync(file));
  return program ? { program } : { missing: "there is no chromium on the PATH (on Debian: apt-get install chromium)" };
}

const FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];
const TILE_MS = 120_000;

/** Opens dashboards one after another as a person who has logged in, and takes a picture of each whole page. */
export async function lookAtDashboards(options: { program: string; url: string; user: string; password: string; slugs: readonly string[]; folder: string; width?: number }): Promise<SeenDashboard[]> {
  mkdirSync(options.folder, { recursive: true });
  const browser = await chromium.launch({ executablePath: options.program, args: FLAGS });
  try {
    const page = await openAs(browser, options);
    const seen: SeenDashboard[] = [];
    for (const slug of options.slugs) seen.push(await lookAt(page, slug, options));
    return seen;
  } finally {
    await browser.close();
  }
}

async function openAs(browser: Browser, { url, user, password, width = 1400 }: { url: string; user: string; password: string; width?: number }): Promise<Page> {
  const page = await browser.newPage({ viewport: { width, height: 900 } });
  page.setDefaultTimeout(TILE_MS);
  await page.goto(`${url}/login/`);
  await page.locator("#username, input[name=username]").first().fill(user);
  await page.locator("#password, input[name=password]").first().fill(password);
  await page.locator("button[type=submit], input[type=submit], [data-test=login-button]").first().click();
  await page.waitForURL((address) => !address.pathname.startsWith("/login"));
  return page;
}

async function lookAt(page: Page, slug: string, { url, folder }: { url: string; folder: string }): Promise<SeenDashboard> {
  const answers: { chart: number; status: number; rows: Record<string, unknown>[] }[] = [];
  const heard: Promise<void>[] = [];
  const listen = (response: Response) => {
    if (!response.url().includes("/api/v1/chart/data")) return;
    heard.push((async () => {
      const asked = response.request().postDataJSON() as { form_data?: { slice_id?: number }; queries?: unknown[] } | null;
      const body = (await response.json().catch(() => ({}))) as { result?: { data?: Record<string, unknown>[] }[] };
      for (const one of body.result ?? [{}]) answers.push({ chart: asked?.form_data?.slice_id ?? 0, status: response.status(), rows: one.data ?? [] });
    })());
  };
  page.on("response", listen);
  try {
    await page.goto(`${url}/superset/dashboard/${slug}/?standalone=1`);
    await page.locator(".dashboard-component-chart-holder").first().waitFor();
    const holders = page.locator(".dashboard-component-chart-holder");
    // tiles load when they come into view
    for (let index = 0; index < (await holders.count()); index += 1) await holders.nth(index).scrollIntoViewIfNeeded();
    const busy = page.locator(".loading, [data-test=loading-indicator], .ant-spin");
    const until = performance.now() + TILE_MS;
    while ((await holders.locator(busy).count()) > 0 && performance.now() < until) await page.waitForTimeout(200);
    await holders.first().scrollIntoViewIfNeeded();
    // the pictures are drawn with a movement that lasts a second
    await page.waitForTimeout(2_500);
    await Promise.all(heard);
    const texts = (selector: string) => page.locator(selector).allInnerTexts();
    const file = join(folder, `${slug}.png`);
    const width = page.viewportSize()?.width ?? 1_400;
    // what was scrolled to while the page was small would stay under the bar that sticks to its top
    const toTop = () => page.evaluate("for (const element of document.querySelectorAll('*')) if (element.scrollTop > 0) element.scrollTop = 0");
    await toTop();
    const boxes = await Promise.all((await holders.all()).map((one) => one.boundingBox()));
    await page.setViewportSize({ width, height: Math.ceil(Math.max(...boxes.map((box) => (box ? box.y + box.height : 0)))) + 40 });
    await toTop();
    await page.waitForTimeout(2_500);
    await page.screenshot({ path: file });
    await page.setViewportSize({ width, height: 900 });
    return {
      slug, file, answers,
      errors: await texts(".dashboard-component-chart-holder .ant-alert-error, .dashboard-component-chart-holder [data-test=error-alert], .dashboard-component-chart-holder .missing-chart-container, .dashboard-component-chart-holder .error"),
      empty: await texts(".dashboard-component-chart-holder .ant-empty, .dashboard-component-chart-holder [data-test=empty-state]"),
      tiles: await texts(".dashboard-component-chart-holder .header-title"),
    };
  } finally {
    page.off("response", listen);
  }
}

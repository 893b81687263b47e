import { expect, test } from "vitest";
import { DBT_PROJECT_DIR } from "../dbt.ts";
import { dbtDocsPage } from "../dbtDocs.ts";

test("dbt's pages are one file about marts, dashboards and metrics, which may load nothing and names no folder of this machine", { timeout: 300_000 }, async () => {
  const page = await dbtDocsPage();
  for (const id of ["model.martgraph.fct_orders", "exposure.martgraph.dashboard_revenue", "metric.martgraph.revenue", "source.martgraph."]) expect(page.includes(id), id).toBe(true);
  expect(page.includes("INLINE DATA")).toBe(false);
  expect(page).toMatch(/<head>\s*<meta http-equiv="Content-Security-Policy" content="default-src 'unsafe-inline' 'unsafe-eval' data: blob:; connect-src 'none'">/);
  expect([...page.matchAll(/<(?:script|link|img|iframe)[^>]+(?:src|href)="(?:https?:|\/\/|\$)[^"]*"/g)].map(([tag]) => tag)).toEqual([]);
  expect(page.includes(DBT_PROJECT_DIR)).toBe(false);
});

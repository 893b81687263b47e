import { expect, test } from "vitest";
import type { ReportData } from "../reportData.ts";
import { reportPage } from "../reportPage.ts";

const EVIL = '<script>alert("x")</script>\'"&';
const check = (passed: boolean, severity: string, name: string, checkedAt = "2026-03-01T11:00:30.000Z") => ({ checkedAt: new Date(checkedAt), suite: "watch.fct_orders", layer: "WATCH", name, severity, passed, message: passed ? null : EVIL, observed: null });
export const DATA: ReportData = {
  madeAt: "2026-03-01T12:00:00.000Z",
  published: { buildId: "b0", isStale: true, ageSeconds: 7_300, asOf: "2026-03-01T09:00:00.000Z", currentTo: "2026-03-01T10:00:00.000Z", publishedAt: "2026-03-01T09:05:00.000Z" },
  latest: {
    buildId: "b1", state: "REJECTED", reason: EVIL, startedAt: "2026-03-01T11:00:00.000Z", asOf: "2026-03-01T11:00:00.000Z", red: 1, warnings: 1, total: 3,
    checks: [check(false, "CRITICAL", "a day has as many rows as usual"), check(false, "WARNING", EVIL), check(true, "CRITICAL", "fine", "2026-03-01T08:59:00.000Z")],
    summary: [{ layer: "WATCH", severity: "CRITICAL", passed: 1, failed: 1 }, { layer: "WATCH", severity: "WARNING", passed: 0, failed: 1 }],
    anomalies: [{ table: "fct_orders", kind: "DISTRIBUTION", subject: `currency=${EVIL}`, day: "2026-02-28", severity: "CRITICAL", observed: 0, expected: 41.5, lower: 20, upper: null, message: EVIL, isAccepted: false }],
  },
  freshness: [{ table: "fct_orders", staleAfterMinutes: 60, ageSeconds: 7_300, isStale: true }, { table: "customer_churn_features", staleAfterMinutes: 1_560, ageSeconds: 7_300, isStale: false }],
  history: [{ buildId: "b1", state: "REJECTED", reason: EVIL, startedAt: "2026-03-01T11:00:00.000Z", asOf: "2026-03-01T11:00:00.000Z", red: 1, warnings: 1, total: 3 }, { buildId: "b0", state: "PUBLISHED", reason: null, startedAt: "2026-03-01T09:00:00.000Z", asOf: "2026-03-01T09:00:00.000Z", red: 0, warnings: 0, total: 3 }],
  incidents: [{ kind: "ANOMALY", message: EVIL, openedAt: "2026-03-01T11:01:00.000Z", closedAt: null }],
};

test("the page escapes whatever came from the warehouse, loads nothing and runs nothing", () => {
  const page = reportPage(DATA);
  expect(page).not.toContain("<script");
  expect(page).not.toMatch(/https?:\/\/|src=|href=|\son\w+=/);
  expect(page.split("&lt;script&gt;alert(&quot;x&quot;)").length - 1).toBeGreaterThanOrEqual(6);
  expect(page).toContain("default-src 'none'");
});

test("it says what a person looks for first: refused, by what, and how old the numbers are", () => {
  const page = reportPage(DATA);
  expect(page).toContain("The latest build was refused");
  expect(page).toContain('<b class="bad">refused</b>');
  expect(page).toContain("published numbers are stale: of 2026-03-01 10:00");
  expect(page).toContain("1 of 2 tables are older than their contracts");
  expect(page).toContain("20 … ");
  // two were asked with this build, one of rows that did not change since
  expect(page.split("with this build").length - 1).toBe(2);
  expect(page).toContain("2026-03-01 08:59, unchanged since");
});

test("before the first build it says what to do", () => {
  expect(reportPage({ ...DATA, published: null, latest: null, freshness: [], history: [], incidents: [] })).toContain("run the pipeline");
});

import { expect, test } from "vitest";
import { keepsToSteps } from "../domain/metric/timeZone.ts";

test.each([
  ["Europe/London", "2024-01-01", "2026-01-01", true],
  ["America/New_York", "2025-03-09", "2025-03-10", true],
  ["Asia/Kolkata", "2024-01-01", "2026-01-01", true],
  // put forward by half an hour
  ["Australia/Lord_Howe", "2024-01-01", "2026-01-01", true],
  ["Asia/Kathmandu", "2024-01-01", "2026-01-01", false],
  ["Pacific/Chatham", "2024-01-01", "2026-01-01", false],
  // its clocks were put forward and back at one minute past midnight
  ["America/St_Johns", "2010-01-01", "2011-01-01", false],
  ["America/St_Johns", "2024-01-01", "2026-01-01", true],
  // 44 minutes and 30 seconds behind until 1972
  ["Africa/Monrovia", "1971-01-01", "1971-02-01", false],
  ["Africa/Monrovia", "1973-01-01", "1973-02-01", true],
  // of so many days nothing is said
  ["Europe/London", "0001-01-01", "9999-12-31", false],
])("whether half hours tell the days of %s from %s to %s", (zone, from, to, keeps) => {
  expect(keepsToSteps(zone, { from, to }, 30)).toBe(keeps);
});

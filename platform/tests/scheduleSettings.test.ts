import { afterEach, describe, expect, test, vi } from "vitest";
import { scheduleSettings } from "../config.ts";

afterEach(() => vi.unstubAllEnvs());

describe("when the pipeline does what", () => {
  test("trains and tidies up at night where nothing is set, and builds by the minute", () => {
    expect(scheduleSettings()).toEqual({ train: "17 3 * * *", maintenance: "47 4 * * *" });
  });

  test("takes cron lines, and off", () => {
    vi.stubEnv("MARTGRAPH_SCHEDULE_BUILD", "*/10 6-22 * * 1-5");
    vi.stubEnv("MARTGRAPH_SCHEDULE_TRAIN", "off");
    vi.stubEnv("MARTGRAPH_SCHEDULE_MAINTENANCE", "0 4,16 1 * *");
    expect(scheduleSettings()).toEqual({ build: "*/10 6-22 * * 1-5", maintenance: "0 4,16 1 * *" });
  });

  test.each(["daily", "60 * * * *", "* * * *", "* 24 * * *", "*/0 * * * *", "9-3 * * * *", "* * 0 * *", "1;2 * * * *"])("refuses %s and names the setting", (line) => {
    vi.stubEnv("MARTGRAPH_SCHEDULE_TRAIN", line);
    expect(() => scheduleSettings()).toThrow(/^MARTGRAPH_SCHEDULE_TRAIN is /);
  });
});

import { describe, expect, test } from "vitest";
import { fixedClock } from "#platform/clock.ts";
import { requireStepUp, STEP_UP_SECONDS } from "../domain/stepUp.ts";

const NOW = 1_800_000_000;
const clocks = { wall: fixedClock(new Date(NOW * 1000)) };

describe("requireStepUp", () => {
  test.each([0, 1, STEP_UP_SECONDS, -30])("lets go on who showed %i seconds ago who they are", (age) => {
    expect(requireStepUp({ authenticatedAt: NOW - age }, clocks)).toBeUndefined();
  });

  test.each([STEP_UP_SECONDS + 1, 86_400, -31, -86_400])("asks anew after %i seconds", (age) => {
    expect(requireStepUp({ authenticatedAt: NOW - age }, clocks)).toEqual({ code: "STEP_UP_REQUIRED", maxAgeSeconds: STEP_UP_SECONDS });
  });

  test("asks anew where the token does not say when, and by the time that is asked for", () => {
    expect(requireStepUp({}, clocks)).toMatchObject({ code: "STEP_UP_REQUIRED" });
    expect(requireStepUp({ authenticatedAt: Number.NaN }, clocks)).toMatchObject({ code: "STEP_UP_REQUIRED" });
    expect(requireStepUp({ authenticatedAt: NOW - 61 }, clocks, 60)).toEqual({ code: "STEP_UP_REQUIRED", maxAgeSeconds: 60 });
  });
});

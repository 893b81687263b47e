import { expect, expectTypeOf, test } from "vitest";
import { err, ok, type Result } from "../result.ts";

const half = (n: number): Result<number, "ODD"> => (n % 2 === 0 ? ok(n / 2) : err("ODD" as const));

test("a value or a refusal, told apart by `ok`", () => {
  expect(half(4)).toEqual({ ok: true, value: 2 });
  expect(half(3)).toEqual({ ok: false, error: "ODD" });
});

test("the compiler knows which one it is once it was looked at", () => {
  const outcome = half(4);
  if (outcome.ok) expectTypeOf(outcome.value).toEqualTypeOf<number>();
  else expectTypeOf(outcome.error).toEqualTypeOf<"ODD">();
  // @ts-expect-error neither is there before
  expect(outcome.value).toBe(2);
});

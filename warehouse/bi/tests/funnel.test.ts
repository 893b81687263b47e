import { expect, test } from "vitest";
import { funnel } from "../dashboards/funnel.ts";

/** Superset's colour of text, 88 % black, on the band. */
const INK = 0.88;
const channels = (color: string) => [1, 3, 5].map((at) => Number.parseInt(color.slice(at, at + 2), 16) / 255);
const luminance = (rgb: readonly number[]) => {
  const [red = 0, green = 0, blue = 0] = rgb.map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
};
const contrast = (color: string) => (luminance(channels(color)) + 0.05) / (luminance(channels(color).map((value) => value * (1 - INK))) + 0.05);

test("every step has a band of its own on which the label can be read: 7 to 1, as WCAG's AAA asks", () => {
  const steps = [...(funnel.datasets.find(({ name }) => name === "funnel_steps")?.sql?.matchAll(/'([^']+)' as step/g) ?? [])].map(([, label]) => label as string);
  expect(steps).toHaveLength(7);
  const colors = steps.map((step) => funnel.colors?.[step] ?? "#000000");
  expect(new Set(colors).size).toBe(steps.length);
  for (const color of colors) expect(contrast(color), color).toBeGreaterThanOrEqual(7);
});

// ECharts in the page's colours. Each drawing is kept as a function, so that it can be made anew for another scheme of colours.

const drawings = new Map();
const dark = matchMedia("(prefers-color-scheme: dark)");
const calm = matchMedia("(prefers-reduced-motion: reduce)");

export function colours() {
  const style = getComputedStyle(document.documentElement);
  return Object.fromEntries(["panel", "ink", "soft", "line", "accent", "second", "third", "pale", "heat0", "heat1"].map((name) => [name, style.getPropertyValue(`--${name}`).trim()]));
}

/** Draws into a place, whose content is told to those who do not see it by `label`; `optionOf` gets the colours of the moment. */
export function draw(place, label, optionOf) {
  place.setAttribute("role", "img");
  place.setAttribute("aria-label", `${label} The table below has the same numbers.`);
  drawings.set(place, optionOf);
  place.hidden = false;
  render(place);
}

/** A drawing of a place that is not shown has no size. */
function render(place) {
  const optionOf = drawings.get(place);
  if (!optionOf || place.clientWidth === 0) return;
  const chart = window.echarts.getInstanceByDom(place) ?? window.echarts.init(place, null, { renderer: "canvas" });
  chart.resize();
  const colour = colours();
  chart.setOption({
    animation: !calm.matches, animationDuration: 300, backgroundColor: "transparent", textStyle: { color: colour.ink, fontFamily: "system-ui, sans-serif" },
    color: [colour.accent, colour.second, colour.third], ...optionOf(colour),
  }, { notMerge: true });
}

/** Written onto the canvas and not as HTML: no style has to be let in for it, and no value can become markup. */
export const tooltip = (colour, more) => ({ renderMode: "richText", confine: true, backgroundColor: colour.panel, borderColor: colour.line, textStyle: { color: colour.ink, fontSize: 12 }, ...more });
export const valueAxis = (colour, more) => ({ type: "value", axisLabel: { color: colour.soft }, splitLine: { lineStyle: { color: colour.line } }, nameTextStyle: { color: colour.soft }, ...more });
export const categoryAxis = (colour, data, more) => ({ type: "category", data, axisLabel: { color: colour.soft }, axisLine: { lineStyle: { color: colour.line } }, axisTick: { show: false }, ...more });

export function forgetDrawings() {
  for (const place of drawings.keys()) window.echarts.getInstanceByDom(place)?.dispose();
  drawings.clear();
}

dark.addEventListener("change", () => { for (const place of drawings.keys()) render(place); });
new ResizeObserver((entries) => {
  if (entries.length > 0) for (const place of drawings.keys()) window.echarts.getInstanceByDom(place)?.resize();
}).observe(document.body);

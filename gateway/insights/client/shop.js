// Revenue, products and the funnel: what hangs on the chosen days. Amounts of different currencies are never added.
import { ask } from "./ask.js";
import { element, table } from "./dom.js";
import { categoryAxis, draw, tooltip, valueAxis } from "./draw.js";
import { change, count, day, money, month, number, percent, short } from "./format.js";
import * as queries from "./queries.js";

const TOP = 10;
const CARDS = [["revenue", "Revenue"], ["orders", "Orders"], ["averageOrderValue", "Average order value"], ["customers", "Customers"]];
const NO_ORDERS = "There are no orders in these days.";
const valuesOf = (node) => Object.fromEntries(node.values.map((value) => [value.metric, value]));
const written = (metric, value, currency) => (metric === "orders" || metric === "customers" ? count(value) : money(value, currency));
const cut = (text, length) => (text.length > length ? `${text.slice(0, length - 1)}…` : text);

export const readTotals = async (range, signal) => (await ask(queries.TOTALS, { range }, signal)).metricQuery;

export function showTotals(panel, totals, currency) {
  const node = totals.nodes.find((candidate) => candidate.currency === currency);
  if (!node) return panel.body.replaceChildren(element("p", { className: "empty" }, NO_ORDERS));
  const values = valuesOf(node);
  panel.body.replaceChildren(...CARDS.map(([metric, label]) => {
    const { value, previous, changePercent } = values[metric];
    const than = previous == null || changePercent == null ? "no figure of a year before" : `${change(changePercent)} on ${written(metric, previous, currency)} a year before`;
    const shown = element("dd", { className: "value" }, written(metric, value, currency));
    shown.dataset.metric = metric;
    shown.dataset.value = value ?? "";
    return element("div", {}, element("dt", {}, label), shown, element("dd", { className: "than" }, than));
  }));
}

export const readRevenue = async (range, grain, signal) => (await ask(queries.REVENUE, { range, grain }, signal)).metricQuery;

export function showRevenue(panel, answer, range, grain, currency) {
  const nodes = answer.nodes.filter((node) => node.currency === currency);
  if (nodes.length === 0) return panel.empty(NO_ORDERS);
  if (answer.truncated) return panel.fail(`These days have ${count(answer.totalCount)} figures, more than can be drawn: choose fewer days, or weeks or months.`);
  const rows = nodes.map((node) => ({ at: node.at, ...valuesOf(node) }));
  const label = grain === "MONTH" ? month : day;
  const names = rows.map((row) => label(row.at));
  panel.note(cutOff(range, grain));
  const before = rows.some((row) => Number(row.revenue.previous ?? 0) !== 0);
  draw(panel.body, `Revenue in ${currency} by ${grain.toLowerCase()}, with orders and average order value, ${names[0]} to ${names.at(-1)}.`, (colour) => ({
    legend: { top: 0, textStyle: { color: colour.ink }, itemWidth: 18 },
    grid: [{ left: 64, right: 64, top: 52, height: "42%" }, { left: 64, right: 64, top: "68%", bottom: 28 }],
    axisPointer: { link: [{ xAxisIndex: "all" }] },
    tooltip: tooltip(colour, { trigger: "axis", formatter: (points) => tipOf(rows[points[0].dataIndex], names[points[0].dataIndex], currency) }),
    xAxis: [categoryAxis(colour, names, { gridIndex: 0, axisLabel: { show: false } }), categoryAxis(colour, names, { gridIndex: 1 })],
    yAxis: [
      valueAxis(colour, { gridIndex: 0, name: currency, axisLabel: { color: colour.soft, formatter: short } }),
      valueAxis(colour, { gridIndex: 1, name: "orders", minInterval: 1, splitNumber: 3, axisLabel: { color: colour.soft, formatter: short } }),
      valueAxis(colour, { gridIndex: 1, name: "average", splitNumber: 3, splitLine: { show: false }, axisLabel: { color: colour.soft, formatter: short } }),
    ],
    series: [
      { name: "Revenue", type: "line", symbol: rows.length > 1 ? "none" : "circle", areaStyle: { opacity: .12 }, lineStyle: { width: 2.5 }, itemStyle: { color: colour.accent }, data: rows.map((row) => number(row.revenue.value)) },
      ...(before ? [{ name: "A year before", type: "line", symbol: "none", lineStyle: { width: 1.5, type: "dashed" }, itemStyle: { color: colour.soft }, data: rows.map((row) => number(row.revenue.previous)) }] : []),
      { name: "Orders", type: "bar", xAxisIndex: 1, yAxisIndex: 1, barMaxWidth: 24, itemStyle: { color: colour.pale }, data: rows.map((row) => number(row.orders.value)) },
      { name: "Average order value", type: "line", xAxisIndex: 1, yAxisIndex: 2, symbolSize: 4, itemStyle: { color: colour.second }, data: rows.map((row) => number(row.averageOrderValue.value)) },
    ],
  }));
  panel.table(table(`Revenue, orders and average order value, ${currency}`, [
    { title: "From" }, { title: "Revenue", figure: true }, { title: "A year before", figure: true }, { title: "Orders", figure: true }, { title: "Average order value", figure: true },
  ], rows.map((row) => [day(row.at), money(row.revenue.value, currency), money(row.revenue.previous, currency), count(row.orders.value), money(row.averageOrderValue.value, currency)])));
}

/** A first or last period that the chosen days cut off looks like a fall of the business. */
function cutOff({ from, to }, grain) {
  const begins = (date) => (grain === "DAY" || (grain === "WEEK" ? new Date(date).getUTCDay() === 1 : date.endsWith("-01")));
  const parts = [...(begins(from) ? [] : ["first"]), ...(begins(to) ? [] : ["last"])];
  return parts.length === 0 ? null : `The ${parts.join(" and the ")} ${grain.toLowerCase()} ${parts.length === 1 ? "is" : "are"} not whole.`;
}

const tipOf = (row, name, currency) => [
  name, `Revenue ${money(row.revenue.value, currency)}`, `a year before ${money(row.revenue.previous, currency)}`,
  `Orders ${count(row.orders.value)}`, `Average ${money(row.averageOrderValue.value, currency)}`,
].join("\n");

/** Names come from the catalogue; a product that is no longer on sale keeps its id. */
export async function readProducts(range, signal) {
  const { metricQuery } = await ask(queries.PRODUCTS, { range, count: TOP }, signal);
  const ids = [...new Set(metricQuery.nodes.map((node) => node.dimensions[0].value).filter((value) => value.startsWith("prd_")))];
  const names = new Map();
  for (let at = 0; at < ids.length; at += 100) {
    const { products } = await ask(queries.PRODUCT_NAMES, { ids: ids.slice(at, at + 100) }, signal);
    for (const { id, name } of products.nodes) names.set(id, name);
  }
  const nameOf = ({ value, isRest }) => (isRest ? "All others" : value === "CHARGES" ? "Charges (shipping, fees)" : names.get(value) ?? value);
  return { ...metricQuery, nodes: metricQuery.nodes.map((node) => ({ ...node, name: nameOf(node.dimensions[0]), isRest: node.dimensions[0].isRest, ...valuesOf(node) })) };
}

export function showProducts(panel, answer, currency) {
  const found = answer.nodes.filter((node) => node.currency === currency && node.revenue.value != null);
  if (found.length === 0) return panel.empty("Nothing was sold in these days.");
  // The rest is many times the largest: as a bar it would leave nothing to see of the others.
  const [best, rest] = [found.filter((node) => !node.isRest), found.filter((node) => node.isRest)];
  const rows = [...best, ...rest];
  if (best.length === 0) return panel.empty("Nothing was sold in these days.");
  const upwards = best.toReversed();
  panel.note(rest[0] && `All others together: ${money(rest[0].revenue.value, currency)}.`);
  draw(panel.body, `The ${best.length} products with most revenue in ${currency}. First: ${rows[0].name}, ${money(rows[0].revenue.value, currency)}.`, (colour) => ({
    grid: { left: 8, right: 56, top: 4, bottom: 4, outerBoundsMode: "same", outerBoundsContain: "axisLabel" },
    tooltip: tooltip(colour, { trigger: "item", formatter: ({ dataIndex }) => `${cut(upwards[dataIndex].name, 60)}\n${money(upwards[dataIndex].revenue.value, currency)}\n${count(upwards[dataIndex].unitsSold.value)} units` }),
    xAxis: valueAxis(colour, { axisLabel: { show: false }, splitLine: { show: false } }),
    yAxis: categoryAxis(colour, upwards.map((row) => cut(row.name, 30)), { axisLabel: { color: colour.ink, width: 210, overflow: "truncate" } }),
    series: [{
      type: "bar", barMaxWidth: 18, label: { show: true, position: "right", color: colour.soft, formatter: ({ value }) => short(value) },
      data: upwards.map((row) => ({ value: number(row.revenue.value), itemStyle: { color: row.name.startsWith("Charges (") ? colour.pale : colour.accent } })),
    }],
  }));
  panel.table(table(`Products by revenue, ${currency}`, [{ title: "Product" }, { title: "Revenue", figure: true }, { title: "Units", figure: true }],
    rows.map((row) => [row.name, money(row.revenue.value, currency), count(row.unitsSold.value)])));
}

const STEPS = [["visits", "Visited"], ["visitsAddedToCart", "Put into the cart"], ["visitsCheckout", "Went to the checkout"], ["visitsPurchased", "Bought"]];

export async function showFunnel(panel, range, signal) {
  const { metricQuery } = await ask(queries.FUNNEL, { range }, signal);
  const values = metricQuery.nodes[0] ? valuesOf(metricQuery.nodes[0]) : {};
  const steps = STEPS.map(([metric, name]) => ({ name, value: Number(values[metric]?.value ?? 0) }));
  const first = steps[0].value;
  if (first === 0) return panel.empty("No visits are known for these days.");
  const share = (value) => percent(value / first);
  draw(panel.body, `Of ${count(first)} visits, ${steps.slice(1).map(({ name, value }) => `${count(value)} (${share(value)}) ${name.toLowerCase()}`).join(", ")}.`, (colour) => ({
    tooltip: tooltip(colour, { trigger: "item", formatter: ({ dataIndex }) => `${steps[dataIndex].name}\n${count(steps[dataIndex].value)}, ${share(steps[dataIndex].value)} of visits` }),
    series: [{
      type: "funnel", sort: "none", left: "4%", right: "34%", top: 8, bottom: 8, gap: 3, minSize: "2%",
      label: { position: "right", color: colour.ink, lineHeight: 18, formatter: ({ dataIndex }) => `${steps[dataIndex].name}\n${count(steps[dataIndex].value)} · ${share(steps[dataIndex].value)}` },
      labelLine: { lineStyle: { color: colour.line } },
      data: steps.map(({ name, value }, at) => ({ name, value, itemStyle: { color: window.echarts.color.modifyAlpha(colour.accent, 1 - at * .2), borderWidth: 0 } })),
    }],
  }));
  panel.table(table("From visit to purchase", [{ title: "Step" }, { title: "Visits", figure: true }, { title: "Of all visits", figure: true }, { title: "Of the step before", figure: true }],
    steps.map(({ name, value }, at) => [name, count(value), share(value), at === 0 || steps[at - 1].value === 0 ? "–" : percent(value / steps[at - 1].value)])));
}

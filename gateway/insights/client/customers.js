// Cohorts and segments of customers.
import { ask } from "./ask.js";
import { table } from "./dom.js";
import { categoryAxis, draw, tooltip, valueAxis } from "./draw.js";
import { count, month, percent, words } from "./format.js";
import * as queries from "./queries.js";

const MOST_COHORTS = 24;
const MOST_MONTHS = 24;

export async function showCohorts(panel, signal) {
  const { cohorts } = await ask(queries.COHORTS, {}, signal);
  if (cohorts.length === 0) return panel.empty("Nobody has ordered yet.");
  const shown = cohorts.toSorted((a, b) => (a.month < b.month ? -1 : 1)).slice(-MOST_COHORTS);
  const last = Math.min(MOST_MONTHS, Math.max(...shown.flatMap(({ activity }) => activity.map(({ monthIndex }) => monthIndex))));
  const months = Array.from({ length: last + 1 }, (_, at) => at);
  const upwards = shown.toReversed();
  // Month 0 is 100 % by definition: it would take all the colours.
  const told = upwards.flatMap((cohort, y) => cohort.activity.filter(({ monthIndex }) => monthIndex >= 1 && monthIndex <= last).map(({ monthIndex, retention, customers }) => ({ x: monthIndex - 1, y, share: Number(retention), customers, size: cohort.size })));
  // One customer of two who comes back must not take the colours from cohorts of hundreds: the scale is that of the larger half.
  const middle = shown.map(({ size }) => size).toSorted((a, b) => a - b)[Math.floor(shown.length / 2)];
  const most = Math.max(.01, ...told.filter(({ size }) => size >= middle).map(({ share }) => share));
  const cells = told.map((cell) => ({ ...cell, value: [cell.x, cell.y, Math.min(cell.share, most)] }));
  const columns = months.slice(1);
  panel.body.style.height = `${Math.max(14, 7 + 1.4 * shown.length)}rem`;
  if (columns.length === 0) return panel.empty("The first cohort is not a month old yet.");
  draw(panel.body, `Share of customers who order again, by month of the first order (${month(shown[0].month)} to ${month(shown.at(-1).month)}) and months since, at most ${percent(most)}.`, (colour) => ({
    grid: { left: 116, right: 12, top: 48, bottom: 44 },
    tooltip: tooltip(colour, { trigger: "item", formatter: ({ data }) => `${month(upwards[data.y].month)}, month ${data.x + 1}\n${percent(data.share)}: ${count(data.customers)} of ${count(data.size)}` }),
    xAxis: categoryAxis(colour, columns.map(String), { position: "top", name: "months since the first order", nameLocation: "middle", nameGap: 24, nameTextStyle: { color: colour.soft }, axisLine: { show: false } }),
    yAxis: categoryAxis(colour, upwards.map((cohort) => `${month(cohort.month)} (${count(cohort.size)})`), { axisLabel: { color: colour.ink, interval: 0, fontSize: 11 } }),
    visualMap: { min: 0, max: most, precision: 3, calculable: false, orient: "horizontal", left: "center", bottom: 0, itemHeight: 140, itemWidth: 12, text: [`${percent(most)} and more`, "0%"], textStyle: { color: colour.soft }, inRange: { color: [colour.heat0, colour.heat1] } },
    series: [{ type: "heatmap", itemStyle: { borderColor: colour.panel, borderWidth: 1 }, emphasis: { itemStyle: { borderColor: colour.ink } }, data: cells.map((cell) => ({ ...cell, label: { show: cell.share > 0, fontSize: 10, color: cell.value[2] > most / 2 ? colour.panel : colour.ink, formatter: `${Math.round(cell.share * 100)}` } })) }],
  }));
  panel.table(table("Share of each cohort that orders, by months since the first order", [{ title: "First order in" }, { title: "Customers", figure: true }, ...months.map((at) => ({ title: String(at), figure: true }))],
    shown.map((cohort) => {
      const byMonth = new Map(cohort.activity.map((activity) => [activity.monthIndex, activity.retention]));
      return [month(cohort.month), count(cohort.size), ...months.map((at) => (byMonth.has(at) ? percent(byMonth.get(at)) : ""))];
    })));
}

export async function showSegments(panel, signal) {
  const { rfmSegments } = await ask(queries.RFM, {}, signal);
  if (rfmSegments.length === 0) return panel.empty("Nobody has ordered yet.");
  const rows = rfmSegments.toSorted((a, b) => b.customers - a.customers);
  const all = rows.reduce((sum, { customers }) => sum + customers, 0);
  const upwards = rows.toReversed();
  draw(panel.body, `${count(all)} customers in ${rows.length} segments. Largest: ${words(rows[0].segment)}, ${count(rows[0].customers)}.`, (colour) => ({
    grid: { left: 8, right: 96, top: 4, bottom: 4, outerBoundsMode: "same", outerBoundsContain: "axisLabel" },
    tooltip: tooltip(colour, { trigger: "item", formatter: ({ dataIndex }) => {
      const { segment, customers, averageRecencyDays, averageOrders } = upwards[dataIndex];
      return `${words(segment)}\n${count(customers)} customers, ${percent(customers / all)}\nlast order ${count(averageRecencyDays)} days ago\n${count(averageOrders)} orders each`;
    } }),
    xAxis: valueAxis(colour, { axisLabel: { show: false }, splitLine: { show: false } }),
    yAxis: categoryAxis(colour, upwards.map(({ segment }) => words(segment)), { axisLabel: { color: colour.ink } }),
    series: [{ type: "bar", barMaxWidth: 20, itemStyle: { color: colour.third }, label: { show: true, position: "right", color: colour.soft, formatter: ({ value }) => `${count(value)} · ${percent(value / all)}` }, data: upwards.map(({ customers }) => customers) }],
  }));
  panel.table(table("Customers by segment", [{ title: "Segment" }, { title: "Customers", figure: true }, { title: "Share", figure: true }, { title: "Days since the last order, mean", figure: true }, { title: "Orders, mean", figure: true }],
    rows.map(({ segment, customers, averageRecencyDays, averageOrders }) => [words(segment), count(customers), percent(customers / all), count(averageRecencyDays), count(averageOrders)])));
}

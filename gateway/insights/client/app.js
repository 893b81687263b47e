// The page: who is logged in, which days are shown, and that every part is asked for apart, so that one in trouble leaves the others.
import { ask, SessionEnded, setToken } from "./ask.js";
import { showCohorts, showSegments } from "./customers.js";
import { byId, panel } from "./dom.js";
import { forgetDrawings } from "./draw.js";
import { login } from "./login.js";
import { addDays, day, daysBetween, moment } from "./format.js";
import { DAYS, LOGOUT, MONTHS } from "./queries.js";
import { readProducts, readRevenue, readTotals, showFunnel, showProducts, showRevenue, showTotals } from "./shop.js";
import { readQuality, showFreshness, showQuality } from "./trust.js";

const EVER = { from: "1900-01-01", to: "2200-01-01" };
const panels = Object.fromEntries(["totals", "revenue", "products", "funnel", "cohorts", "rfm", "quality", "freshness"].map((id) => [id, panel(id)]));
/** First and last day with orders. */
let known;
/** What the parts of the chosen days were answered, to be shown in another currency without asking again. */
let answers = {};
let currencies = [];
let loading = new AbortController();
/** What was asked for when this person came in. */
let standing = new AbortController();

/** Whole days between the first and the last order. Days count back from the last one: a shop whose data ends has its last days too. */
async function readKnown(signal) {
  const { metricQuery } = await ask(MONTHS, { range: EVER }, signal);
  if (metricQuery.nodes.length === 0) return undefined;
  const months = metricQuery.nodes.map(({ at }) => at);
  const daysOf = async (first) => (await ask(DAYS, { range: { from: first, to: addDays(first, 31) } }, signal)).metricQuery.nodes.map(({ at }) => at);
  const [begin, end] = await Promise.all([daysOf(months[0]), daysOf(months.at(-1))]);
  return { first: begin[0], last: end.at(-1) };
}

/** The days that are chosen, `to` not in; undefined with a sentence shown where they are none. */
function chosenRange() {
  const choice = document.querySelector("input[name=range]:checked").value;
  if (choice === "all") return { from: known.first, to: addDays(known.last, 1) };
  if (choice !== "custom") return { from: addDays(known.last, 1 - Number(choice)), to: addDays(known.last, 1) };
  const [from, last] = [byId("from").value, byId("to").value];
  return from && last && from <= last ? { from, to: addDays(last, 1) } : undefined;
}

function grainFor({ from, to }) {
  const chosen = byId("grain").value;
  if (chosen) return chosen;
  const days = daysBetween(from, to);
  return days <= 92 ? "DAY" : days <= 200 ? "WEEK" : "MONTH";
}

function say(text) { byId("status").textContent = text; }

/** One part: busy, then what `work` shows, or the sentence of what went wrong. False of `work` says that the part stands as it should. */
async function part(id, signal, work) {
  panels[id].begin();
  try {
    const result = await work(panels[id]);
    if (!signal.aborted && result !== false) panels[id].done();
  } catch (error) {
    if (signal.aborted || error.name === "AbortError") return;
    panels[id].fail(error instanceof TypeError || error instanceof RangeError ? `This part cannot be shown: ${error.message}` : error.message);
    if (error instanceof SessionEnded) showEntrance(error.message);
  }
}

function showBanner({ asOf, isStale }) {
  const banner = byId("banner");
  banner.className = isStale ? "banner warned" : "banner";
  banner.textContent = isStale ? `Numbers as of ${moment(asOf)}: they are older than promised. A newer build has not been published; see Freshness.` : `Numbers as of ${moment(asOf)}.`;
}

function offerCurrencies(nodes) {
  // The one with most orders first: amounts of different currencies cannot be compared.
  const orders = (node) => Number(node.values.find(({ metric }) => metric === "orders")?.value ?? 0);
  currencies = nodes.filter(({ currency }) => currency).toSorted((a, b) => orders(b) - orders(a)).map(({ currency }) => currency);
  const choice = byId("currency");
  const before = choice.value;
  choice.replaceChildren(...currencies.map((currency) => new Option(currency)));
  if (currencies.includes(before)) choice.value = before;
  byId("currencyChoice").hidden = currencies.length < 2;
}

const drawPart = (id, show) => {
  const answer = answers[id];
  if (!answer) return;
  panels[id].done();
  show(answer);
};
function drawMoney() {
  const currency = byId("currency").value;
  drawPart("totals", (answer) => showTotals(panels.totals, answer, currency));
  drawPart("revenue", ({ answer, range, grain }) => showRevenue(panels.revenue, answer, range, grain, currency));
  drawPart("products", (answer) => showProducts(panels.products, answer, currency));
}

/** Asks for everything that hangs on the days. What was asked for other days before is dropped. */
async function showDays() {
  const range = known ? chosenRange() : undefined;
  const problem = byId("controlsProblem");
  problem.hidden = !known || range !== undefined;
  problem.textContent = problem.hidden ? "" : "Choose a first day that is not after the last one.";
  if (!known) {
    for (const id of ["totals", "revenue", "products", "funnel"]) panels[id].empty("There are no orders yet.");
    byId("banner").textContent = "There are no orders yet in the numbers that this account may see.";
    byId("controls").hidden = true;
    return;
  }
  if (!range) return;
  loading.abort();
  loading = new AbortController();
  const { signal } = loading;
  const grain = grainFor(range);
  byId("shown").textContent = `${day(range.from)} to ${day(addDays(range.to, -1))}, UTC`;
  say("Loading the numbers.");
  answers = {};
  // The totals say which currencies there are; the others wait for them before they draw, not before they ask.
  const totals = readTotals(range, signal);
  totals.catch(() => {});
  const afterTotals = async (id, read) => part(id, signal, async () => {
    const [answer] = await Promise.all([read(), totals.catch(() => {})]);
    if (signal.aborted) return false;
    answers[id] = answer;
    drawMoney();
    return false;
  });
  await Promise.all([
    part("totals", signal, async () => {
      const answer = await totals;
      showBanner(answer);
      offerCurrencies(answer.nodes);
      answers.totals = answer;
      drawMoney();
    }),
    afterTotals("revenue", async () => ({ range, grain, answer: await readRevenue(range, grain, signal) })),
    afterTotals("products", () => readProducts(range, signal)),
    part("funnel", signal, (place) => showFunnel(place, range, signal)),
  ]);
  if (!signal.aborted) {
    document.documentElement.dataset.shown = `${range.from}/${range.to}`;
    say(`Numbers from ${day(range.from)} to ${day(addDays(range.to, -1))} are shown.`);
  }
}

/** What does not hang on the days. */
function showStanding(signal) {
  const quality = readQuality(signal);
  quality.catch(() => {});
  return Promise.all([
    part("cohorts", signal, (place) => showCohorts(place, signal)),
    part("rfm", signal, (place) => showSegments(place, signal)),
    part("quality", signal, async (place) => showQuality(place, await quality)),
    part("freshness", signal, async (place) => showFreshness(place, await quality)),
  ]);
}

function showEntrance(problem) {
  // An answer that comes after the end must not be written into the page it has left.
  loading.abort();
  standing.abort();
  setToken("");
  for (const id of ["content", "nav", "who"]) byId(id).hidden = true;
  forgetDrawings();
  answers = {};
  known = undefined;
  delete document.documentElement.dataset.shown;
  delete document.documentElement.dataset.standing;
  for (const { body } of Object.values(panels)) if (!body.classList.contains("chart")) body.replaceChildren();
  for (const table of document.querySelectorAll(".behind")) table.replaceChildren();
  entrance.open(problem);
}

async function enter(user) {
  byId("name").textContent = user.displayName ?? "";
  for (const id of ["content", "nav", "who"]) byId(id).hidden = false;
  byId("content").focus({ preventScroll: true });
  byId("banner").className = "banner";
  byId("banner").textContent = "Loading …";
  byId("controls").hidden = false;
  standing = new AbortController();
  const { signal } = standing;
  const all = showStanding(signal);
  try {
    known = await readKnown(signal);
  } catch (error) {
    if (signal.aborted) return;
    if (error instanceof SessionEnded) return showEntrance(error.message);
    for (const id of ["totals", "revenue", "products", "funnel"]) panels[id].fail(error.message);
    byId("banner").textContent = error.message;
    byId("controls").hidden = true;
    await all;
    if (!signal.aborted) document.documentElement.dataset.standing = "true";
    return;
  }
  if (signal.aborted) return;
  if (known) {
    byId("from").value = known.first;
    byId("to").value = known.last;
  }
  await showDays();
  await all;
  if (!signal.aborted) document.documentElement.dataset.standing = "true";
}

const entrance = login((user) => { void enter(user); });
byId("controls").addEventListener("submit", (event) => {
  event.preventDefault();
  void showDays();
});
byId("ranges").addEventListener("change", (event) => {
  const isCustom = event.target.value === "custom";
  byId("custom").hidden = !isCustom;
  // Days of one's own are shown once they are chosen.
  if (!isCustom) void showDays();
});
byId("grain").addEventListener("change", () => { void showDays(); });
byId("currency").addEventListener("change", drawMoney);
byId("logout").addEventListener("click", () => {
  // The numbers go at once, however long the answer takes: the token was the page's alone.
  ask(LOGOUT, undefined, undefined, true).catch(() => {});
  showEntrance();
});

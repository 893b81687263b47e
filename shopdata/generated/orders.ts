import { createRandom, type Random, weightedIndex } from "../random.ts";
import { COLLECTIONS } from "./articles.ts";
import { type GeneratedProduct, leaningOn, shelfAt, type Shelf } from "./assortment.ts";
import { type Calendar, countryOf, createCalendar, type GeneratedCustomer, type Period } from "./customers.ts";
import { BASKET_SIZE, GUEST_SHARE, LINE_QUANTITIES, quantile } from "./fitted.ts";

const DAY_MS = 86_400_000;

export interface GeneratedLine {
  /** Index of the product; undefined for a charge. */
  product: number | undefined;
  code: string;
  name: string;
  quantity: number;
  /** Pence. */
  price: number;
}

export interface GeneratedOrder {
  number: string;
  /** Index of the customer; undefined for a guest. */
  customer: number | undefined;
  country: string;
  at: number;
  lines: GeneratedLine[];
}

const quantities = LINE_QUANTITIES.map(([quantity]) => quantity);
const quantityUpTo = cumulative(LINE_QUANTITIES.map(([, share]) => share));

function cumulative(shares: readonly number[]): number[] {
  const whole = shares.reduce((sum, share) => sum + share, 0);
  let sum = 0;
  return shares.map((share) => (sum += share) / whole);
}

/** All orders of the period, ascending by time. */
export function generateOrders(seed: number | string, products: readonly GeneratedProduct[], customers: readonly GeneratedCustomer[], period: Period): GeneratedOrder[] {
  const random = createRandom(seed, "orders");
  const calendar = createCalendar(period);
  const visits = [...customers.flatMap((customer, index) => customer.visits.map((at) => ({ at, customer: index as number | undefined }))), ...guestVisits(random, customers, calendar)];
  visits.sort((left, right) => left.at - right.at || (left.customer ?? -1) - (right.customer ?? -1));

  const shelves = new Map<number, Shelf>();
  const bought = customers.map(() => new Set<number>());
  return visits.map(({ at, customer: index }, position): GeneratedOrder => {
    const day = Math.floor((at - period.beginAt) / DAY_MS);
    // One shelf per ten days: products come and go, and drawing tables costs time.
    const decade = Math.floor(day / 10);
    let shelf = shelves.get(decade);
    if (shelf === undefined) shelves.set(decade, (shelf = shelfAt(products, day, new Date(at).getUTCMonth())));
    const customer = index === undefined ? undefined : (customers[index] as GeneratedCustomer);
    const known = index === undefined ? new Set<number>() : (bought[index] as Set<number>);
    const basket = fillBasket(random, { shelf, customer, known, products, day });
    for (const product of basket) known.add(product);
    const country = customer?.country ?? countryOf(random);
    const lines = basket.map((product) => toLine(random, product, products[product] as GeneratedProduct));
    return { number: String(500_001 + position), customer: index, country, at, lines: [...lines, ...chargesOf(random, country, customer === undefined)] };
  });
}

function guestVisits(random: Random, customers: readonly GeneratedCustomer[], calendar: Calendar): { at: number; customer: undefined }[] {
  const orders = customers.reduce((sum, customer) => sum + customer.visits.length, 0);
  return Array.from({ length: Math.round((orders * GUEST_SHARE) / (1 - GUEST_SHARE)) }, () => ({ at: calendar.momentOf(random, calendar.anyDay(random)), customer: undefined }));
}

interface Basket {
  shelf: Shelf;
  customer: GeneratedCustomer | undefined;
  known: ReadonlySet<number>;
  products: readonly GeneratedProduct[];
  day: number;
}

const taste = weightedIndex([0.5, 0.3, 0.2]);
/** Drawn from what was bought before; the other draws meet some of it by chance, which makes the measured share up to 45 %. */
const AGAIN = 0.15;

/**
 * Products of one order: what the customer bought before, then mostly things of the families they like, then anything popular.
 * A basket also leans on one family of its own, which is what makes products go together.
 */
function fillBasket(random: Random, { shelf, customer, known, products, day }: Basket): number[] {
  const size = Math.min(Math.round(quantile(BASKET_SIZE, leaningOn(random, customer?.appetite ?? random.normal(), 0.6))), Math.floor(products.length / 3));
  const again = [...known].filter((index) => (products[index] as GeneratedProduct).toDay > day);
  const theme = customer ? (customer.tastes[taste(random)] as number) : random.int(COLLECTIONS.length);
  const basket = new Set<number>();
  for (let attempt = 0; basket.size < size && attempt < size * 12; attempt += 1) {
    basket.add(drawProduct(random, shelf, customer, again, theme, attempt > size * 6));
  }
  return [...basket];
}

function drawProduct(random: Random, shelf: Shelf, customer: GeneratedCustomer | undefined, again: readonly number[], theme: number, anything: boolean): number {
  if (anything) return shelf.any(random);
  if (again.length > 0 && random.chance(AGAIN)) return random.pick(again);
  if (random.chance(0.3)) return shelf.any(random);
  const collection = random.chance(0.5) || !customer ? theme : (customer.tastes[taste(random)] as number);
  return shelf.ofCollection(random, collection) ?? shelf.any(random);
}

/** The dearer a product, the fewer are bought at once. */
function toLine(random: Random, index: number, product: GeneratedProduct): GeneratedLine {
  const z = (0.5 - product.priceRank) * 3.46;
  const probability = leaningOn(random, z, 0.5);
  const position = quantityUpTo.findIndex((upTo) => probability <= upTo);
  const quantity = quantities[position === -1 ? quantities.length - 1 : position] as number;
  return { product: index, code: product.code, name: product.name, quantity, price: product.price };
}

/** Postage on half of the orders abroad (1,394 of 2,733 measured), carriage on some guests' orders, now and then a correction. */
function chargesOf(random: Random, country: string, isGuest: boolean): GeneratedLine[] {
  const charges: GeneratedLine[] = [];
  const add = (code: string, name: string, quantity: number, price: number) => charges.push({ product: undefined, code, name, quantity, price });
  if (country === "EIRE" || country === "Channel Islands" ? random.chance(0.4) : false) add("C2", "CARRIAGE", 1, 5_000);
  else if (country !== "United Kingdom" && random.chance(0.5)) add("POST", "POSTAGE", 1 + random.int(4), 1_800);
  if (isGuest && random.chance(0.4)) add("DOT", "DOTCOM POSTAGE", 1, 195 + random.int(3_000));
  if (random.chance(0.017)) add("M", "Manual", 1, 125 + random.int(2_500));
  return charges;
}

import { createRandom, type Random, weightedIndex } from "../random.ts";
import { ARTICLES, COLLECTIONS } from "./articles.ts";
import { normalCdf, quantile, UNIT_PRICE } from "./fitted.ts";

/** A product of the generated catalogue. */
export interface GeneratedProduct {
  code: string;
  name: string;
  /** Index of its design family. */
  collection: number;
  season: "CHRISTMAS" | "EASTER" | undefined;
  /** How often it is bought against others, > 0. */
  popularity: number;
  /** Days since the begin of the history between which it is sold. */
  fromDay: number;
  toDay: number;
  /** Pence. */
  price: number;
  /** Position of its price among all lines, 0..1: dear things are bought in smaller quantities. */
  priceRank: number;
}

/** Price endings that the real shop uses, in pence; above 10 pounds half pounds are usual. */
const ENDINGS = [5, 15, 19, 25, 29, 35, 39, 42, 45, 49, 55, 65, 75, 79, 85, 95];

/**
 * The catalogue: articles in design families. Popularity is log-normal (sigma 1.1: the first 10 of 1,200 products then hold about
 * as much of all lines as the first 10 of 4,443 do in the real shop, times the ratio of the sizes). Prices are dealt out along
 * popularity, so that the price of a random *line* follows the fitted spread.
 */
export function generateProducts(seed: number | string, count: number, days: number): GeneratedProduct[] {
  const random = createRandom(seed, "assortment");
  const combinations = ARTICLES.flatMap((_, article) => COLLECTIONS.map((_, collection) => ({ article, collection })));
  shuffle(random, combinations);
  const products = combinations.slice(0, count).map(({ article, collection }): GeneratedProduct & { wish: number } => {
    const { name, price, season } = ARTICLES[article] as (typeof ARTICLES)[number];
    const fresh = random.chance(0.3);
    const retired = random.chance(0.12);
    return {
      code: `${20_100 + article}${String.fromCharCode(65 + collection)}`,
      name: `${COLLECTIONS[collection]} ${name}`,
      collection,
      season,
      popularity: Math.exp(1.1 * random.normal()) * (season ? 0.8 : 1),
      fromDay: fresh ? random.int(Math.floor(days * 0.8)) : 0,
      toDay: retired ? Math.floor(days * (0.5 + 0.5 * random.unit())) : days,
      price: 0,
      priceRank: 0,
      wish: Math.log(price) + 0.25 * random.normal(),
    };
  });
  dealPrices(products);
  return products.map(({ wish: _, ...product }) => product).sort((left, right) => (left.code < right.code ? -1 : 1));
}

function dealPrices(products: (GeneratedProduct & { wish: number })[]): void {
  const whole = products.reduce((sum, product) => sum + expectedSales(product), 0);
  let below = 0;
  for (const product of products.toSorted((left, right) => left.wish - right.wish || (left.code < right.code ? -1 : 1))) {
    const share = expectedSales(product) / whole;
    product.priceRank = below + share / 2;
    product.price = toListPrice(quantile(UNIT_PRICE, product.priceRank));
    below += share;
  }
}

const expectedSales = (product: GeneratedProduct) => product.popularity * (product.season ? 0.45 : 1) * (product.toDay - product.fromDay);

function toListPrice(pounds: number): number {
  const pence = Math.round(pounds * 100);
  if (pence >= 1_000) return Math.max(1_000, Math.round(pence / 50) * 50 - 5 - (Math.round(pence / 50) % 2 === 0 ? 0 : 20));
  const whole = Math.floor(pence / 100) * 100;
  const candidates = [...ENDINGS.map((ending) => whole + ending), whole + 105].filter((value) => value >= 19);
  return candidates.reduce((best, value) => (Math.abs(value - pence) < Math.abs(best - pence) ? value : best));
}

function shuffle<T>(random: Random, list: T[]): void {
  for (let last = list.length - 1; last > 0; last -= 1) {
    const other = random.int(last + 1);
    [list[last], list[other]] = [list[other] as T, list[last] as T];
  }
}

/** Draws products that are sold at a time. */
export interface Shelf {
  /** One of the family, or undefined when nothing of it is sold then. */
  ofCollection(random: Random, collection: number): number | undefined;
  /** One of all. */
  any(random: Random): number;
}

/** What can be bought on a day (days since the begin) of a month (0..11). */
export function shelfAt(products: readonly GeneratedProduct[], day: number, month: number): Shelf {
  const weights = products.map((product) => (product.fromDay <= day && day < product.toDay ? product.popularity * seasonFactor(product, month) : 0));
  const any = weightedIndex(weights);
  const byCollection = new Map<number, { members: number[]; draw: (random: Random) => number }>();
  COLLECTIONS.forEach((_, collection) => {
    const members = products.flatMap((product, index) => (product.collection === collection && (weights[index] as number) > 0 ? [index] : []));
    if (members.length > 0) byCollection.set(collection, { members, draw: weightedIndex(members.map((index) => weights[index] as number)) });
  });
  return {
    any,
    ofCollection(random, collection) {
      const family = byCollection.get(collection);
      return family && family.members[family.draw(random)];
    },
  };
}

function seasonFactor(product: GeneratedProduct, month: number): number {
  if (product.season === "CHRISTMAS") return month >= 8 ? [0.8, 1.8, 3, 2.2][month - 8] as number : 0.04;
  if (product.season === "EASTER") return month >= 1 && month <= 3 ? 2.5 : 0.05;
  return 1;
}

/** A probability that leans on another: both uniform, with the given correlation of their normal scores. */
export function leaningOn(random: Random, z: number, correlation: number): number {
  return normalCdf(correlation * z + Math.sqrt(1 - correlation * correlation) * random.normal());
}

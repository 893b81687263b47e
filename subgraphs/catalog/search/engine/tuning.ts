import type { Tuning } from "./fields.ts";

/**
 * How products are ranked. Few numbers, and round ones: `npm run bench -- search` chooses among their neighbours by cross-validation
 * over judged queries, reports the queries that were not chosen on, and these are what most folds come to.
 */
export const TUNING: Tuning = {
  k1: 0.4,
  weight: { title: 1, brand: 0.5, type: 2, codes: 0.1, attributes: 0.2, description: 0.8 },
  lengthPenalty: { title: 0.75, brand: 0, type: 0, codes: 0, attributes: 1, description: 0.75 },
  synonym: 0.2,
  corrected: 0.5,
  neighbours: 0.1,
  kind: 0.1,
};

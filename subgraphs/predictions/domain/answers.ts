import { encodeId } from "#schema/values/ids.ts";

export type PredictionSource = "MODEL" | "FALLBACK";

/** A batch of predictions as published: the versions that scored it and the business time of its features. */
export interface Batch {
  readonly id: string;
  readonly asOf: Date;
  /** Whether the shop has moved on for longer than its features promise. */
  readonly isStale: boolean;
  readonly churnVersion: bigint | null;
  readonly recommendationsVersion: bigint | null;
}

/** A scored list: product UUIDs with their scores, best first. */
export interface ScoredList {
  readonly productIds: readonly string[];
  readonly scores: readonly number[];
}

export interface ChurnScore {
  readonly userId: string;
  readonly probability: number;
  readonly segment: string;
  readonly asOf: Date;
}

export interface ChurnAnswer {
  readonly probability: number | null;
  readonly segment: string | null;
  readonly asOf: Date | null;
  readonly isStale: boolean;
  readonly source: PredictionSource;
  readonly modelVersion: string | null;
}

/** What is known of a customer's churn. Without a score (somebody new, no model yet) there is no number to give. */
export function churnAnswer(batch: Batch | null, score: ChurnScore | null): ChurnAnswer {
  if (!batch || !score || batch.churnVersion === null) {
    return { probability: null, segment: null, asOf: batch?.asOf ?? null, isStale: batch?.isStale ?? false, source: "FALLBACK", modelVersion: null };
  }
  return { probability: score.probability, segment: score.segment, asOf: score.asOf, isStale: batch.isStale, source: "MODEL", modelVersion: `churn@${batch.churnVersion}` };
}

interface ProductRef {
  readonly __typename: "Product";
  readonly id: string;
}

export interface ListAnswer {
  readonly items: readonly { rank: number; product: ProductRef; score: number | null }[];
  readonly nodes: readonly ProductRef[];
  readonly source: PredictionSource;
  readonly modelVersion: string | null;
  readonly asOf: Date | null;
  readonly isStale: boolean;
}

/**
 * The first `first` products of a scored list, or of the popular ones where there is no list, without `except` (a product is
 * never similar to itself). A list shorter than asked for stays short: popularity is not passed off as the model's choice.
 */
export function listAnswer(batch: Batch | null, list: ScoredList | null, popular: readonly string[], first: number, except?: string): ListAnswer {
  const isModel = batch !== null && batch.recommendationsVersion !== null && list !== null && list.productIds.length > 0;
  const ids = isModel ? list.productIds : popular;
  const chosen = ids.map((id, index) => ({ id, score: isModel ? (list.scores[index] ?? null) : null })).filter((one) => one.id !== except).slice(0, first);
  const items = chosen.map(({ id, score }, index) => ({ rank: index + 1, product: { __typename: "Product" as const, id: encodeId("prd", id) }, score }));
  return {
    items,
    nodes: items.map((item) => item.product),
    source: isModel ? "MODEL" : "FALLBACK",
    modelVersion: isModel ? `recommendations@${batch.recommendationsVersion}` : null,
    asOf: batch?.asOf ?? null,
    isStale: batch?.isStale ?? false,
  };
}

import { query } from "#platform/db/query.ts";

/** One batch: which models scored it, and the business time of its features. */
export const batchById = query({
  name: "predictions.batchById",
  text: "select id, as_of, churn_version, recommendations_version from predictions.batch where id = $1",
  params: ["uuid"],
  row: { id: "uuid", as_of: "timestamptz", churn_version: "int8?", recommendations_version: "int8?" },
  budget: { access: "index", maxRows: 1 },
});

export const churnByUsers = query({
  name: "predictions.churnByUsers",
  text: "select user_id, probability, segment, as_of from predictions.churn where batch_id = $1 and user_id = any($2)",
  params: ["uuid", "uuid[]"],
  row: { user_id: "uuid", probability: "float8", segment: "text", as_of: "timestamptz" },
  budget: { access: "index", maxRows: 1_000 },
});

export const recommendationsByUsers = query({
  name: "predictions.recommendationsByUsers",
  text: "select user_id as key, product_ids, scores from predictions.user_recommendations where batch_id = $1 and user_id = any($2)",
  params: ["uuid", "uuid[]"],
  row: { key: "uuid", product_ids: "uuid[]", scores: "float8[]" },
  budget: { access: "index", maxRows: 1_000 },
});

export const similarByProducts = query({
  name: "predictions.similarByProducts",
  text: "select product_id as key, product_ids, scores from predictions.similar_products where batch_id = $1 and product_id = any($2)",
  params: ["uuid", "uuid[]"],
  row: { key: "uuid", product_ids: "uuid[]", scores: "float8[]" },
  budget: { access: "index", maxRows: 1_000 },
});

export const popularProducts = query({
  name: "predictions.popularProducts",
  text: "select product_ids from predictions.popular_products where batch_id = $1",
  params: ["uuid"],
  row: { product_ids: "uuid[]" },
  budget: { access: "index", maxRows: 1 },
});

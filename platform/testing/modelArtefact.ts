import { createHash } from "node:crypto";

/**
 * Small artefacts as training would leave them, with golden rows computed here by the plain formulas, so that the scorer is
 * held against a second hand and not against itself.
 */

const utf8 = (value: unknown) => Buffer.from(typeof value === "string" ? value : `${JSON.stringify(value)}\n`);

export function packArtefact(model: string, parts: { document: object; golden: readonly object[]; metrics?: object; buildId?: string; asOf?: string }): Map<string, Uint8Array> {
  const files = new Map<string, Uint8Array>([
    ["model.json", utf8(parts.document)],
    ["golden.jsonl", utf8(parts.golden.map((row) => `${JSON.stringify(row)}\n`).join(""))],
    ["metrics.json", utf8(parts.metrics ?? { served: "BASELINE", verdict: "made by hand" })],
  ]);
  const hashes = Object.fromEntries([...files].map(([name, content]) => [name, { sha256: createHash("sha256").update(content).digest("hex"), bytes: content.length }]));
  files.set("manifest.json", utf8({ format: "martgraph.manifest/1", model, files: hashes, data: { buildId: parts.buildId ?? "build", asOf: parts.asOf ?? "2011-09-10T00:00:00+00:00" } }));
  return files;
}

/** Churn by recency alone: p = sigmoid(ln(1 + recency) - 3). */
export function churnArtefact(metrics?: object): Map<string, Uint8Array> {
  const document = {
    format: "martgraph.churn/1",
    name: "by hand",
    columns: ["recency_days", "frequency"],
    parts: [{ kind: "logistic", weight: 1, terms: [{ of: "recency_days", fill: 0, log1p: true }], intercept: -3, coefficients: [1] }],
    calibration: { slope: 1, shift: 0 },
    segments: { medium: 0.5, high: 0.8 },
    labelWindowDays: 90,
  };
  const golden = Array.from({ length: 500 }, (_, index) => ({ x: [index, 1 + (index % 7)], p: 1 / (1 + Math.exp(3 - Math.log(1 + index))) }));
  return packArtefact("churn", { document, golden, ...(metrics ? { metrics } : {}) });
}

/** Repeat purchases and a ring of neighbours: each product is near the next two. */
export function recommendationsArtefact(products: readonly string[], metrics?: object): Map<string, Uint8Array> {
  const count = products.length;
  const near = (index: number) => [(index + 1) % count, (index + 2) % count];
  const popularity = products.map((_, index) => (count - index) / count);
  const document = {
    format: "martgraph.recommendations/1",
    name: "by hand",
    products,
    personal: { decayDays: 100, liveness: products.map(() => 1) },
    neighbours: { decayDays: 50, weight: 0.5, products: products.map((_, index) => near(index)), similarities: products.map(() => [0.6, 0.3]) },
    popularity: { weight: 0.01, values: popularity },
  };
  const golden = Array.from({ length: 500 }, (_, row) => {
    const history = [[row % count, row / 10] as const, [(row * 3 + 1) % count, row / 7] as const];
    const personal = products.map((_, p) => history.reduce((sum, [bought, age]) => sum + (bought === p ? Math.exp(-age / 100) : 0), 0));
    const nearby = products.map((_, p) => history.reduce((sum, [bought, age]) => sum + (near(p).indexOf(bought) >= 0 ? ([0.6, 0.3][near(p).indexOf(bought)] as number) * Math.exp(-age / 50) : 0), 0));
    const scores = products.map((_, p) => (personal[p] as number) / Math.max(...personal) + (0.5 * (nearby[p] as number)) / Math.max(...nearby) + 0.01 * (popularity[p] as number));
    const best = scores.map((_, p) => p).sort((a, b) => (scores[b] as number) - (scores[a] as number)).slice(0, 4);
    return { history, products: best, scores: best.map((p) => scores[p]) };
  });
  return packArtefact("recommendations", { document, golden, ...(metrics ? { metrics } : {}) });
}
